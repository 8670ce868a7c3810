import type { HistoryEntry } from './entry.ts'
import { figuresOfTry } from './figures.ts'
import { movedBytes } from './traffic.ts'

/**
 * The entry of a run whose process is gone without reporting an end: it came at least as far as the last recorded
 * progress. What was never recorded stays absent.
 */
export function killedEntry(entry: HistoryEntry, now = new Date()): HistoryEntry {
  if (entry.status !== 'running') return entry
  const { progress, started_at, updated_at, peak_rss_bytes: peak } = entry
  const lastMs = Date.parse(progress?.at ?? updated_at)
  return {
    ...entry,
    status: 'killed',
    ended_at: now.toISOString(),
    updated_at: now.toISOString(),
    seconds: Math.max(0, lastMs - Date.parse(started_at)) / 1000,
    ...recordedFigures(entry),
    peak_rss_bytes: Math.max(peak, progress?.rss_bytes ?? 0),
    error: {
      code: 'ELYSIA_KILLED',
      message: 'its process disappeared: it was killed, or the machine went down',
      hint: 'run the same command again; the system log tells of a process that took too much memory',
    },
  }
}

type RecordedFigures = Partial<Pick<HistoryEntry, (typeof FIGURES)[number]>>

/** The figures that a run reports at its end. */
const FIGURES = ['records', 'rejected', 'bytes_in', 'bytes_out', 'retries'] as const

/** The recorded figures of a run that reported no end. A count of 0 tells only that nothing was recorded. */
function recordedFigures(entry: HistoryEntry): RecordedFigures {
  const { progress } = entry
  const moved = movedBytes(entry.traffic)
  const soFar = { records: progress?.done ?? 0, rejected: progress?.rejected ?? 0 }
  const recorded: Required<RecordedFigures> = {
    ...figuresOfTry(soFar, entry),
    bytes_in: moved.in,
    bytes_out: moved.out,
    retries: progress?.retries ?? 0,
  }
  const most = FIGURES.map((name) => [name, Math.max(entry[name] ?? 0, recorded[name])] as const)
  return Object.fromEntries(most.filter(([, count]) => count > 0))
}
