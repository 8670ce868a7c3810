import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Store } from '../../store/store.ts'
import { comparableIn } from '../../transform/object/comparable.ts'
import { fitting } from '../../transform/object/references.ts'

/** Leaves of an object what has to be the same in an archive and in a store. */
export type Alike = (object: StoredObject) => StoredObject

/**
 * What makes an object of an archive and the same object in a store equal: references to the class itself follow the
 * name that it has there, and values which a server spells, rounds or works out its own way are compared without that.
 */
export function alike(
  archived: CollectionSchema,
  live: CollectionSchema,
  kind: Store['kind'],
): { readonly archived: Alike; readonly live: Alike } {
  const compared = comparableIn(kind, live)
  const ofClass = (from: CollectionSchema): Alike => {
    const fit = fitting({ from, name: live.class, leftOut: new Set() })
    return (object) => compared(fit(object).expected)
  }
  return { archived: ofClass(archived), live: ofClass(live) }
}
