import type { KeptUndo } from '../../archive/undo/kept.ts'
import type { Retrying } from '../../async/retry.ts'
import type { RunContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { Calls } from '../../store/sink/retryingCollection.ts'
import type { Collection, Projection, Store } from '../../store/store.ts'
import type { RestoreLog } from '../restore/progressTable.ts'
import type { PartSpool, PlacedLink } from '../restore/target/partSpool.ts'
import type { UndoIndex } from '../undo/undoIndex.ts'
import type { Deciding, Fate } from './decide.ts'
import type { LeftFile } from './left.ts'
import type { RollbackOptions } from './options.ts'

/** The context of a rollback. */
export interface RollbackContext extends RunContext {
  /** Where it is kept what runs changed; by default `undo` in the directory of the state. */
  readonly undoDirectory?: string
}

/** What a rollback works with once its preparations are made. */
export interface RollbackRun {
  readonly frame: Run
  readonly id: string
  readonly store: Store
  readonly collection: Collection
  readonly calls: Calls
  readonly retry: Retrying
  readonly options: RollbackOptions
  readonly kept: KeptUndo
  readonly index: UndoIndex
  readonly deciding: Deciding
  /** All of an object that may have to be compared. */
  readonly whole: Projection
  /** The tenants that there are; undefined of a class without. */
  readonly tenants: ReadonlySet<string> | undefined
  /** Of a dry run, which wakes none: tenants that are not active, whose objects it does not look at. */
  readonly asleep: ReadonlySet<string>
  readonly links: PartSpool<PlacedLink>
  readonly left: LeftFile
  /** The states of tenants before it; undefined without a state. */
  readonly log: RestoreLog | undefined
  readonly progress: RollbackState
}

/** What would become of an object that is not as it was before the run. */
export interface PlannedChange {
  readonly id: string
  readonly tenant?: string
  readonly fate: Exclude<Fate, 'unchanged'>
}

/** What has been done so far. */
export interface RollbackState {
  readonly fates: Record<Fate, number>
  rejected: number
  references: number
  referencesRejected: number
  verified: number | undefined
  /** Of a dry run: objects of tenants that are not active. */
  notLookedAt: number
  /** Of a dry run: what it would do, to some of the objects. */
  readonly changes: PlannedChange[]
  /** Tenants that the run had made, and that were empty again. */
  tenantsRemoved: readonly string[]
}
