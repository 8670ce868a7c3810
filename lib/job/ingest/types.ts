import type { Threads } from '../../async/thread/threads.ts'
import type { Checkpoint } from '../../run/checkpoint.ts'
import type { WriteContext } from '../../run/context.ts'
import type { RejectsFile } from '../../run/rejectsFile.ts'
import type { Run } from '../../run/run.ts'
import type { StorageShape } from '../../store/sink/shape.ts'
import type { CollectionSchema, Store } from '../../store/store.ts'
import type { Transform } from '../../transform/transform.ts'
import type { FirstPass } from './coalesce/firstPass.ts'
import type { Input } from './input.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { IngestOptions } from './options.ts'

/** The context of an ingest. */
export interface IngestContext extends WriteContext {
  /** Changes the objects of records and their class before they are written; in this order. */
  readonly transforms?: readonly Transform[]
}

/** What an ingest shares with others of the same command: a rejects file, a store for a dry run. */
export interface SharedIngest {
  /** The length of what earlier ingests wrote to `rejectsPath`, which stays. Each line then names its input. */
  readonly rejectsFrom?: number
  /** For a dry run: a shared store for its writes, instead of one of its own. The ingest does not close it. */
  readonly scratch?: (layout: CollectionSchema) => Promise<Store>
  /** True to commit each batch separately, so that if a file ends the process, its place is known. */
  readonly batchesAlone?: boolean
  /** What a first pass found that read the inputs together with those of other ingests; the caller closes it. */
  readonly first?: FirstPass
}

/** The state of a prepared ingest. */
export interface Ingest {
  readonly run: Run
  /** The id of the run. */
  readonly id: string
  readonly class: string
  /** The class as it is once `make` has made what it lacks. */
  readonly layout: CollectionSchema
  readonly store: Store
  readonly inputs: readonly Input[]
  readonly options: IngestOptions
  /** How the records' objects are changed before storing; undefined if they are not. */
  readonly shape?: StorageShape | undefined
  readonly ledger: Ledger
  readonly rejects: RejectsFile | undefined
  /** Where an interrupted run continues; undefined if this one starts at the first line. */
  readonly checkpoint: Checkpoint | undefined
  /** True if consecutive batches share a transaction: each includes its entry in the journal. */
  readonly sharesTransactions: boolean
  /** Makes what the collection lacks, once, however often it is called. */
  readonly make: () => Promise<void>
  /** Starts or continues the row of the run in the journal. */
  readonly startRun: (continues: boolean) => void
  /** The result of a first pass, if the inputs were read before. */
  readonly first?: FirstPass | undefined
  /** Threads that make operations from lines; undefined if this thread does it. */
  readonly threads?: Threads | undefined
}
