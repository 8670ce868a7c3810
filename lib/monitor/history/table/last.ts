/** The last successful run of each subject. */
export const LAST_SUCCESSES = `
  SELECT runs.*, target FROM successes CROSS JOIN runs USING (number)
  CROSS JOIN subjects ON subjects.subject = runs.subject`
