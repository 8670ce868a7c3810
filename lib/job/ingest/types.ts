import type { Outcome } from '../../core/outcome.ts'
import type { Progress, Report } from '../../core/report.ts'
import type { Notice } from '../../run/events.ts'
import type { State } from '../../run/state.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'

/** The circumstances of a run: what is not part of the work, but of this run of it. */
export interface Circumstances {
  /** Ends the run at once; what is in flight is not waited for. */
  readonly signal?: AbortSignal
  /** Ends the run well: no more input is taken, what is in flight is finished and settled. */
  readonly stop?: AbortSignal
  /** Told of every rejected record, in order of line. */
  readonly onReject?: (reject: Outcome) => void
  /** Told after every settled batch. */
  readonly onProgress?: (progress: Progress) => void
  /** Told what a person should hear of: a collection made, a run continued, a wait. */
  readonly onNotice?: (notice: Notice) => void
  /** The journal and its directory. Without it the run leaves no checkpoint and cannot be continued. */
  readonly state?: State
  /** Begin at the first line even where an interrupted run could be continued. */
  readonly fresh?: boolean
  readonly runId?: string
  /** The file for rejected records; none is written where both are left out. */
  readonly rejectsPath?: string
  /**
   * Where several runs share `rejectsPath`: the length of what the earlier ones wrote, which stays. Each line then
   * names its input.
   */
  readonly rejectsFrom?: number
  /** Where `rejectsPath` is left out: the directory for such a file, named by the run. */
  readonly rejectsDirectory?: string
  /** Of a dry run: the store that takes what it would write, in place of one of its own. Not closed by it. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
}

/** How a run ended: its report, and what ended it where it did not come to the end of its input. */
export interface Ended {
  readonly report: Report
  readonly error?: unknown
}
