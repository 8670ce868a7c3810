import type { StoredObject } from './object.ts'

/**
 * What one change does to a collection, independent of where the change came from. All ids of an operation
 * belong to one tenant.
 */
export type Operation = Put | Delete | Move | Patch

interface Tenanted {
  readonly tenant?: string
}

/** Stores exactly this object. */
export interface Put extends Tenanted {
  readonly kind: 'put'
  readonly id: string
  readonly object: StoredObject
}

/** Removes the objects with these ids. */
export interface Delete extends Tenanted {
  readonly kind: 'delete'
  readonly ids: readonly string[]
}

/**
 * Moves the object at `from` to `to`, and replaces the object at `to`. `carry` makes the object for `to` from the one
 * found at `from`. If there is none, it returns undefined, unless the change brought its own content; if `target`
 * already has that content, the move was made before, and its result is kept. Pure, so that it can be called again
 * when a batch is repeated.
 */
export interface Move extends Tenanted {
  readonly kind: 'move'
  readonly from: string
  readonly to: string
  carry(source: StoredObject | undefined, target: StoredObject | undefined): StoredObject | undefined
}

/** Replaces the stored object by the result of `revise`, which is pure like `carry`. */
export interface Patch extends Tenanted {
  readonly kind: 'patch'
  readonly id: string
  revise(stored: StoredObject): StoredObject
}

/** The ids that an operation reads or writes. */
export function touchedIds(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'delete':
      return operation.ids
    case 'move':
      return [operation.from, operation.to]
    default:
      return [operation.id]
  }
}
