import { isRecord } from '../../core/value/record.ts'
import type { HistoryEntry } from './entry.ts'

/** The counts that runs of every kind share. */
export interface Figures {
  readonly records: number
  readonly rejected: number
}

/** The names under which reports count what a run worked on; the first one present counts. */
const WORKED_ON = ['records', 'objects', 'objects_checked', 'compared', 'archives']

/** The figures in the counts of a report. */
export function figuresOf(counts: unknown): Figures {
  if (!isRecord(counts)) return { records: 0, rejected: 0 }
  const name = WORKED_ON.find((one) => Object.hasOwn(counts, one))
  return { records: name === undefined ? 0 : countOf(counts[name]), rejected: countOf(counts.rejected) }
}

/** The figures of one try: those of its run so far, without what earlier tries settled. */
export function figuresOfTry(
  soFar: Figures,
  { settled_before: before }: Pick<HistoryEntry, 'settled_before'>,
): Figures {
  return {
    records: Math.max(0, soFar.records - (before?.records ?? 0)),
    rejected: Math.max(0, soFar.rejected - (before?.rejected ?? 0)),
  }
}

/** The faults that a verification found. */
export function faultsOf(counts: unknown): number {
  return isRecord(counts) ? countOf(counts.num_errors) : 0
}

/** A count, or the sum of the counts by reason. */
function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.max(0, Math.round(value))
  if (!isRecord(value)) return 0
  return Object.values(value).reduce<number>((sum, one) => sum + countOf(one), 0)
}
