import type { OutcomeName } from './outcome.ts'

/** How a run ended. */
export type RunStatus = 'done' | 'interrupted' | 'failed'

/** How an input was read: in two passes, in windows, or in one pass that reads no further ahead than a batch. */
export type Passes = 'two' | 'window' | 'one'

/** Counts by outcome; skipped records by reason, rejected ones by code. */
export interface Counts {
  lines: number
  blank: number
  records: number
  written: number
  deleted: number
  unchanged: number
  superseded: number
  skipped: Record<string, number>
  rejected: Record<string, number>
  control: number
}

/**
 * The result of a run. Always `lines = blank + records`, and `records` is the sum of the outcomes. After a continued
 * run the counts cover the whole input, from its first line. @see SPEC.md, "Report"
 */
export interface Report extends Counts {
  /** The id of the run. */
  id: string
  status: RunStatus
  collection: string
  class: string
  target: string
  dry_run: boolean
  /** The line after which an interrupted run was continued; 0 for a run that started at the first line. */
  continued_from_line: number
  retries: number
  /** Batches in flight at once; with `workers: 'auto'` the number found to be best. Absent if there were none. */
  workers?: number
  /** Bytes of decompressed input. */
  bytes: number
  /** When this process started the run, in ISO 8601 and UTC. */
  started_at: string
  seconds: number
  /** Records per second, counting those that this process settled. */
  rate: number
  peak_rss_bytes: number
  /** Last commit by repository, from `new_changeset` lines. */
  commits: Record<string, string>
  /** How records that later ones replaced were detected, and how many writes that saved: the `superseded` ones. */
  coalesced?: { passes: Passes; writes_saved: number }
  error?: { code: string; message: string }
}

/** What a run has settled so far: the fields of the event `records_settled`. */
export interface Progress extends Counts {
  readonly bytes: number
  readonly seconds: number
  readonly retries: number
  /** The current input, counted from 0. */
  readonly input: number
  /** How far the input is settled: bytes of the file; for a compressed one an estimate. */
  readonly input_bytes: number
}

/** The sum of these counts, such as those of all reject codes. */
export function sumCounts(counts: Record<string, number>): number {
  let total = 0
  for (const count of Object.values(counts)) total += count
  return total
}

/** How many records have an outcome: the sum of the outcomes. */
export function settledCount(counts: Counts): number {
  const plain: OutcomeName[] = ['written', 'deleted', 'unchanged', 'superseded', 'control']
  let total = sumCounts(counts.skipped) + sumCounts(counts.rejected)
  for (const name of plain) total += counts[name] as number
  return total
}
