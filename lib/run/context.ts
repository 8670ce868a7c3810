import type { MemoryLimit } from '../async/memoryLimit.ts'
import type { StageObserver } from '../core/channel/stages.ts'
import type { RunEvent } from './event/schema.ts'
import type { State } from './state.ts'

/** Takes an event. */
export type Emit = (event: RunEvent) => void

/** The context of one run of any job. Every field may be left out. */
export interface RunContext {
  /** Ends the run at once; what is in flight is not waited for. */
  readonly signal?: AbortSignal
  /** Ends the run well: nothing new is begun, what is in flight is finished and noted. */
  readonly stop?: AbortSignal
  /** The journal and its directory. Without it the run leaves no row and cannot be continued. */
  readonly state?: State
  /** The name of the run; a new one by default. */
  readonly runId?: string
  /** Called with each event, in order. An error that it throws ends the run. */
  readonly onEvent?: Emit
  /** Called with the number of batches in flight, whenever it changes. */
  readonly onInFlight?: (batches: number) => void
  /** What keeps the process within so much memory; without it a run takes what its options say. */
  readonly memory?: MemoryLimit
  /** Looks on at the stages that objects and records flow through. */
  readonly stages?: StageObserver
}

/** The context of a run that writes records or objects: an ingest, a watch, a restore. */
export interface WriteContext extends RunContext {
  /** Begin at the beginning even where an interrupted run could be continued. */
  readonly fresh?: boolean
  /** The file for what was rejected; none is written where both are left out. */
  readonly rejectsPath?: string
  /** Where what is changed of an existing collection is kept; by default `undo` in the directory of the state. */
  readonly undoDirectory?: string
  /** Where `rejectsPath` is left out: the directory for such a file, named by the run. */
  readonly rejectsDirectory?: string
}
