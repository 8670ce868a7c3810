import type { KeptUndo } from '../../archive/undo/keptUndo.ts'
import type { Retrying } from '../../async/retry.ts'
import type { RunContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { RetryingCollection } from '../../store/sink/retryingCollection.ts'
import type { Collection, Projection, Store } from '../../store/store.ts'
import type { RestoreLog } from '../restore/progressTable.ts'
import type { PartSpool, PlacedLink } from '../restore/target/partSpool.ts'
import type { UndoIndex } from '../undo/undoIndex.ts'
import type { DecisionContext, RollbackDecision } from './decide.ts'
import type { RollbackOptions } from './options.ts'
import type { SkippedFile } from './skippedObjects.ts'

/** The context of a rollback. */
export interface RollbackContext extends RunContext {
  /** Where undos of runs are kept; by default `undo` in the state directory. */
  readonly undoDirectory?: string
}

/** The state of a prepared rollback. */
export interface RollbackRun {
  readonly frame: Run
  readonly id: string
  readonly store: Store
  readonly collection: Collection
  readonly calls: RetryingCollection
  readonly retry: Retrying
  readonly options: RollbackOptions
  readonly kept: KeptUndo
  readonly index: UndoIndex
  readonly deciding: DecisionContext
  /** All fields of an object that may be compared. */
  readonly whole: Projection
  /** The existing tenants; undefined for a class without tenants. */
  readonly tenants: ReadonlySet<string> | undefined
  /** For a dry run, which wakes none: inactive tenants, whose objects are not examined. */
  readonly asleep: ReadonlySet<string>
  readonly links: PartSpool<PlacedLink>
  readonly left: SkippedFile
  /** The earlier states of tenants; undefined without a state directory. */
  readonly log: RestoreLog | undefined
  readonly progress: RollbackState
}

/** What would happen to an object that is not as it was before the run. */
export interface PlannedChange {
  readonly id: string
  readonly tenant?: string
  readonly fate: Exclude<RollbackDecision, 'unchanged'>
}

/** What has been done so far. */
export interface RollbackState {
  readonly fates: Record<RollbackDecision, number>
  rejected: number
  references: number
  referencesRejected: number
  verified: number | undefined
  /** For a dry run: objects of inactive tenants. */
  notLookedAt: number
  /** For a dry run: the planned changes of some objects. */
  readonly changes: PlannedChange[]
  /** Tenants that the run had made, and that were empty again. */
  tenantsRemoved: readonly string[]
}
