import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Store } from '../../store/store.ts'
import { normalizerFor } from './comparable.ts'
import { splitReferences } from './references.ts'

/** Reduces an object to what must be equal on both sides. */
export type Normalize = (object: StoredObject) => StoredObject

/**
 * Makes the normalizers under which an archived object and the same object in a store are equal: references to the
 * class itself get its name in the store, and values that a server spells, rounds or computes in its own way are
 * reduced to what it keeps.
 */
export function normalizers(
  archived: CollectionSchema,
  live: CollectionSchema,
  kind: Store['kind'],
): { readonly archived: Normalize; readonly live: Normalize } {
  const compared = normalizerFor(kind, live)
  const ofClass = (from: CollectionSchema): Normalize => {
    const split = splitReferences({ from, name: live.class, leftOut: new Set() })
    return (object) => compared(split(object).expected)
  }
  return { archived: ofClass(archived), live: ofClass(live) }
}
