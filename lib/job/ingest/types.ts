import type { WriteContext } from '../../run/context.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import type { Transform } from '../../transform/transform.ts'

/** The context of an ingest. */
export interface IngestContext extends WriteContext {
  /** What becomes of the objects of records, and of their class, before they are written; in this order. */
  readonly transforms?: readonly Transform[]
}

/** What an ingest shares with others, where it is one of several: a rejects file, a store for a dry run. */
export interface Shared {
  /** The length of what the earlier ones wrote into `rejectsPath`, which stays. Each line then names its input. */
  readonly rejectsFrom?: number
  /** Of a dry run: the store that takes what it would write, in place of one of its own. Not closed by it. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
}
