import type { Retrying } from '../../async/retry.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { WriteContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { Calls } from '../../store/sink/retryingCollection.ts'
import type { Collection, Projection, Store } from '../../store/store.ts'
import type { Selection } from '../selection/selection.ts'
import type { UnseenIds } from '../selection/unseenIds.ts'
import type { UndoKeeping } from '../undo/keeping.ts'
import type { DeleteOptions } from './options.ts'
import type { SelectedIds } from './selectedIds.ts'

/** What is going to be deleted, known before anything is. */
export interface DeletePlan {
  readonly collection: string
  readonly target: string
  /** Objects of the collection, or of the tenants that were named. */
  readonly objects: number
  readonly deletes: number
  /** Some of their ids. */
  readonly ids: readonly string[]
}

/** The context of a deletion. */
export interface DeleteContext extends WriteContext {
  /** Asked before anything is deleted; false ends the run. */
  readonly confirm?: (plan: DeletePlan) => Promise<boolean>
  /** Where what is deleted is kept; by default in the state. */
  readonly undoDirectory?: string
}

/** A deletion that may begin. */
export interface DeleteRun {
  readonly frame: Run<DeleteContext>
  readonly id: string
  readonly store: Store
  readonly collection: Collection
  readonly schema: CollectionSchema
  readonly options: DeleteOptions
  readonly selection: Selection
  readonly selectionText: string
  /** One call for each tenant, or the only one. */
  readonly calls: readonly { readonly tenant?: string }[]
  readonly sending: Calls
  readonly retry: Retrying
  readonly selected: SelectedIds
  readonly unseen: UnseenIds
  /** What is kept of an object before it is deleted. */
  readonly whole: Projection
  readonly kept: UndoKeeping | undefined
  readonly progress: { deleted: number; gone: number; changed: number; rejected: number }
}
