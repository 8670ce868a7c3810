/** The last successful run of each subject. */
export const LAST_SUCCESSES = `
  SELECT runs.*, target FROM successes CROSS JOIN runs USING (number)
  CROSS JOIN subjects ON subjects.subject = runs.subject`

/** When each subject was last done, without reading more of its run. */
export const SUCCESSES = `
  SELECT kind, collection, target, (
    SELECT coalesce(ended_at, updated_at) FROM successes JOIN runs USING (number)
    WHERE successes.subject = subjects.subject
  ) AS succeededMs FROM subjects`
