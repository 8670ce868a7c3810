import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Store } from '../../store/store.ts'
import { normalizerFor } from './comparable.ts'
import { splitReferences } from './references.ts'

/** Leaves of an object what has to be the same on both sides. */
export type Normalize = (object: StoredObject) => StoredObject

/**
 * What makes an object of an archive and the same object in a store equal: references to the class itself follow the
 * name that it has there, and values which a server spells, rounds or works out its own way are compared without that.
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
