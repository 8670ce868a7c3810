import type { HistoryEntry } from './entry.ts'

/** An index leads to the newest run of each subject and status; there are few statuses, and may be many runs. */
export const LAST_OF_EACH_STATUS = `
  SELECT runs.* FROM (
    SELECT DISTINCT kind, collection, target, status FROM totals WHERE runs > 0
    UNION SELECT kind, collection, target, status FROM runs WHERE status = 'running'
  ) AS ended JOIN runs ON runs.number = (
    SELECT number FROM runs
    WHERE kind = ended.kind AND collection = ended.collection AND target = ended.target AND status = ended.status
    ORDER BY started_at DESC, number DESC LIMIT 1
  )`

/** Of each kind, collection and target the entry that began last. */
export function newestOf(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const newest = new Map<string, HistoryEntry>()
  for (const entry of entries) {
    const key = `${entry.kind}\0${entry.collection}\0${entry.target}`
    const there = newest.get(key)
    if (there === undefined || entry.started_at > there.started_at) newest.set(key, entry)
  }
  return [...newest.values()]
}
