import type { SubjectSuccess } from '../entry.ts'
import type { HistoryConnection } from './file.ts'

/** The last successful run of each subject. */
export const LAST_SUCCESSES = `
  SELECT runs.*, target FROM successes CROSS JOIN runs USING (number)
  CROSS JOIN subjects ON subjects.subject = runs.subject`

const SUCCESSES = `
  SELECT kind, collection, target, ended_at FROM subjects LEFT JOIN successes USING (subject)`

/** When each subject was last done, without reading its run. */
export function successesIn(database: HistoryConnection): SubjectSuccess[] {
  const rows = database.prepare(SUCCESSES).raw().all() as [string, string, string, number | null][]
  return rows.map(([kind, collection, target, succeededMs]) => ({ kind, collection, target, succeededMs }))
}
