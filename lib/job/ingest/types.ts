import type { Report } from '../../core/report.ts'
import type { WriteContext } from '../../run/context.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'

/** The context of an ingest that is one of several with one rejects file, or one dry run. */
export interface Circumstances extends WriteContext {
  /**
   * Where several runs share `rejectsPath`: the length of what the earlier ones wrote, which stays. Each line then
   * names its input.
   */
  readonly rejectsFrom?: number
  /** Of a dry run: the store that takes what it would write, in place of one of its own. Not closed by it. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
}

/** How a run ended: its report, and what ended it where it did not come to the end of its input. */
export interface Ended {
  readonly report: Report
  readonly error?: unknown
}
