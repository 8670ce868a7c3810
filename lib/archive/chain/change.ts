import { lineLength } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import { identitySha256 } from '../object/digest.ts'
import { ENTRY_BYTES } from './entry.ts'
import type { PendingEntry } from './indexFile.ts'

/** How an object differs from the base's object with the same id. */
export interface ObjectChange {
  readonly id: string
  /** The object, if it is new or changed: the increment holds it. */
  readonly object?: StoredObject
  /** An object whose update time alone changed. */
  readonly touched?: Pick<PendingEntry, 'sha256' | 'updatedMs'>
  /**
   * The SHA-256 of the base's object; absent if the base has none. If this is the only field, the object was deleted.
   */
  readonly before?: string
}

/** What a part with an index accepts: an object, or a change. */
export type IndexableItem = StoredObject | ObjectChange

/** The object that a part stores for this item; undefined if only the index records it. */
export function objectIn(item: IndexableItem): StoredObject | undefined {
  return 'properties' in item ? item : item.object
}

/** The index entry for an item. Hashes the object, unless its hash is already known. */
export function pendingEntry(item: IndexableItem): PendingEntry {
  const object = objectIn(item)
  const before = 'properties' in item ? undefined : item.before
  if (object === undefined) return { id: item.id, ...(item as ObjectChange).touched, before }
  const { id, updatedMs } = object
  return { id, ...(updatedMs !== undefined && { updatedMs }), sha256: identitySha256(object), before }
}

/** The item's approximate length in characters, to decide when a part ends. */
export function changeLength(item: IndexableItem): number {
  const object = objectIn(item)
  return object === undefined ? ENTRY_BYTES : lineLength(object)
}
