import type { MemoryLimit } from '../async/memoryLimit.ts'
import type { StageObserver } from '../core/channel/stages.ts'
import type { RunEvent } from './event/schema.ts'
import type { State } from './state.ts'

/** Takes an event. */
export type Emit = (event: RunEvent) => void

/** The context of one run of any job. Every field is optional. */
export interface RunContext {
  /** Stops the run at once, without waiting for what is in flight. */
  readonly signal?: AbortSignal
  /** Ends the run cleanly: begins nothing new, finishes and records what is in flight. */
  readonly stop?: AbortSignal
  /** The journal and its directory. Without it the run leaves no row and cannot be continued. */
  readonly state?: State
  /** The id of the run; a new one by default. */
  readonly runId?: string
  /** Called with each event, in order. An error that it throws ends the run. */
  readonly onEvent?: Emit
  /** Called with the number of batches in flight, whenever it changes. */
  readonly onInFlight?: (batches: number) => void
  /** Keeps the process within a memory limit; without it a run takes what its options allow. */
  readonly memory?: MemoryLimit
  /** Observes the stages that objects and records flow through. */
  readonly stages?: StageObserver
}

/** The context of a run that writes records or objects: an ingest, a watch, a restore. */
export interface WriteContext extends RunContext {
  /** Start over even if an interrupted run could be continued. */
  readonly fresh?: boolean
  /** The rejects file; none is written if both this and `rejectsDirectory` are absent. */
  readonly rejectsPath?: string
  /** Where the undo of changes to an existing collection is kept; by default `undo` in the state directory. */
  readonly undoDirectory?: string
  /** Without `rejectsPath`: the directory for such a file, named by the run. */
  readonly rejectsDirectory?: string
}
