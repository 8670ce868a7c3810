import type { Threads } from '../../async/thread/threads.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import type { WriteContext } from '../../run/context.ts'
import type { RejectsFile } from '../../run/rejectsFile.ts'
import type { Run } from '../../run/run.ts'
import type { Shape } from '../../store/sink/shape.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import type { Transform } from '../../transform/transform.ts'
import type { FirstPass } from './coalesce/firstPass.ts'
import type { Input } from './input.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { IngestOptions } from './options.ts'

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
  /** True: each batch is committed by itself, so that of a file that ends the process it is known at which place. */
  readonly batchesAlone?: boolean
}

/** What an ingest works with once its preparations are made. */
export interface Ingest {
  readonly run: Run
  /** The name of the run. */
  readonly id: string
  readonly class: string
  readonly store: Store
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  /** What is stored of the objects that records describe; undefined where it is these. */
  readonly shape?: Shape | undefined
  readonly ledger: Ledger
  readonly rejects: RejectsFile | undefined
  /** Where an interrupted run is taken up; undefined where this one begins at the first line. */
  readonly checkpoint: Checkpoint | undefined
  /** Batches that follow each other share a transaction: each takes the journal along that says so. */
  readonly sharesTransactions: boolean
  /** Makes what is missing of the collection, once, however often it is called. */
  readonly make: () => Promise<void>
  /** Starts or continues the row of the run in the journal. */
  readonly startRun: (continues: boolean) => void
  /** What a first pass found, where the inputs were read before. */
  readonly first?: FirstPass | undefined
  /** Make operations of lines; undefined where this thread does. */
  readonly threads?: Threads | undefined
}
