import type { HistoryEntry } from './entry.ts'

/** The entry of a run whose process is gone without reporting an end: it came as far as the last recorded progress. */
export function killedEntry(entry: HistoryEntry, now = new Date()): HistoryEntry {
  if (entry.status !== 'running') return entry
  const { progress, started_at, updated_at, records, rejected, retries } = entry
  const lastMs = Date.parse(progress?.at ?? updated_at)
  return {
    ...entry,
    status: 'killed',
    ended_at: now.toISOString(),
    updated_at: now.toISOString(),
    seconds: Math.max(0, lastMs - Date.parse(started_at)) / 1000,
    records: Math.max(records, progress?.done ?? 0),
    rejected: Math.max(rejected, progress?.rejected ?? 0),
    retries: Math.max(retries, progress?.retries ?? 0),
    error: {
      code: 'ELYSIA_KILLED',
      message: 'its process disappeared: it was killed, or the machine went down',
      hint: 'run the same command again; the system log tells of a process that took too much memory',
    },
  }
}
