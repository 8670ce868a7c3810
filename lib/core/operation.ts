import type { StoredObject } from './object.ts'

/**
 * What one change asks of a collection, without a word about where it came from.
 * All ids of an operation belong to one tenant.
 */
export type Operation = Put | Delete | Move | Patch

interface Tenanted {
  readonly tenant?: string
}

/** The object is afterwards exactly this one. */
export interface Put extends Tenanted {
  readonly kind: 'put'
  readonly id: string
  readonly object: StoredObject
}

/** None of these ids is there afterwards. */
export interface Delete extends Tenanted {
  readonly kind: 'delete'
  readonly ids: readonly string[]
}

/**
 * The object at `from` is afterwards at `to`, and only there; what was at `to` is replaced.
 * `carry` makes the object for `to` from the one found at `from`. Without one it answers undefined, unless the
 * change brought content of its own; where `target` has that content already, the move was made before, and
 * what it carried is kept. Pure, so that it may be called again when a batch is repeated.
 */
export interface Move extends Tenanted {
  readonly kind: 'move'
  readonly from: string
  readonly to: string
  carry(source: StoredObject | undefined, target: StoredObject | undefined): StoredObject | undefined
}

/** The stored object is afterwards what `revise` makes of it. Pure, like `carry`. */
export interface Patch extends Tenanted {
  readonly kind: 'patch'
  readonly id: string
  revise(stored: StoredObject): StoredObject
}

/** The ids an operation reads or writes. */
export function touched(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'delete':
      return operation.ids
    case 'move':
      return [operation.from, operation.to]
    default:
      return [operation.id]
  }
}
