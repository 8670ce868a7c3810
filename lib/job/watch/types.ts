import type { WriteContext } from '../../run/context.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import type { WatchReport } from './report.ts'

/** The context of a watch. `rejectsPath` takes the rejects of all files, one after the other. */
export interface WatchCircumstances extends WriteContext {
  /** Of a dry run: the store that takes what all files would write. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
}

/** How a watch ended: its report, and the error where it was not told to stop. */
export interface WatchEnded {
  readonly report: WatchReport
  readonly error?: unknown
}
