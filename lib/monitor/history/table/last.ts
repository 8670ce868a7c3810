import type { HistoryEntry } from '../entry.ts'

/** The last successful run of each subject. */
export const LAST_SUCCESSES = `
  SELECT runs.*, target FROM successes CROSS JOIN runs USING (number)
  CROSS JOIN subjects ON subjects.subject = runs.subject`

/** An index leads to the newest run of each subject and status; there are few statuses, but maybe many runs. */
export const LAST_OF_EACH_STATUS = `
  SELECT runs.*, target FROM (
    SELECT DISTINCT subject, status FROM totals WHERE runs > 0
    UNION SELECT subject, status FROM runs WHERE status = 'running'
  ) AS ended CROSS JOIN runs ON runs.number = (
    SELECT number FROM runs WHERE subject = ended.subject AND status = ended.status
    ORDER BY started_at DESC, number DESC LIMIT 1
  ) CROSS JOIN subjects ON subjects.subject = runs.subject`

/** Keeps the entry that began last for each kind, collection and target. */
export function newestOf(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const newest = new Map<string, HistoryEntry>()
  for (const entry of entries) {
    const key = `${entry.kind}\0${entry.collection}\0${entry.target}`
    const there = newest.get(key)
    if (there === undefined || entry.started_at > there.started_at) newest.set(key, entry)
  }
  return [...newest.values()]
}
