import type { Retrying } from '../../async/retry.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { WriteContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { RetryingCollection } from '../../store/sink/retryingCollection.ts'
import type { Collection, Projection, Store } from '../../store/store.ts'
import type { Selection } from '../selection/selection.ts'
import type { UnseenIds } from '../selection/unseenIds.ts'
import type { UndoRecorder } from '../undo/undoRecorder.ts'
import type { DeleteOptions } from './options.ts'
import type { SelectedIds } from './selectedIds.ts'

/** What will be deleted, known before the first deletion. */
export interface DeletePlan {
  readonly collection: string
  readonly target: string
  /** Objects in the collection, or in the named tenants. */
  readonly objects: number
  readonly deletes: number
  /** Some of their ids. */
  readonly ids: readonly string[]
}

/** The context of a deletion. */
export interface DeleteContext extends WriteContext {
  /** Asked before anything is deleted; false ends the run. */
  readonly confirm?: (plan: DeletePlan) => Promise<boolean>
  /** Where deleted objects are saved; by default in the state directory. */
  readonly undoDirectory?: string
}

/** A deletion that is ready to begin. */
export interface DeleteRun {
  readonly frame: Run<DeleteContext>
  readonly id: string
  readonly store: Store
  readonly collection: Collection
  readonly schema: CollectionSchema
  readonly options: DeleteOptions
  readonly selection: Selection
  readonly selectionText: string
  /** One call for each tenant, or a single one. */
  readonly calls: readonly { readonly tenant?: string }[]
  readonly sending: RetryingCollection
  readonly retry: Retrying
  readonly selected: SelectedIds
  readonly unseen: UnseenIds
  /** The fields of an object that are saved before it is deleted. */
  readonly whole: Projection
  readonly kept: UndoRecorder | undefined
  readonly progress: { deleted: number; gone: number; changed: number; rejected: number }
}
