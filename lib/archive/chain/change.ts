import type { StoredObject } from '../../core/object.ts'
import { identitySha256 } from '../object/digest.ts'
import { lineLength } from '../object/size.ts'
import { ENTRY_BYTES } from './entry.ts'
import type { Noted } from './indexFile.ts'

/** How an object differs from what the base of an increment has under its id. */
export interface Change {
  readonly id: string
  /** The object, where it is new or another: the increment holds it. */
  readonly object?: StoredObject
  /** An object that only its update time changed of. */
  readonly touched?: Pick<Noted, 'sha256' | 'updatedMs'>
  /** The SHA-256 of what the base has; absent where it has nothing. An object with nothing else is gone. */
  readonly before?: string
}

/** What a part with an index takes: an object, or a change. */
export type Indexed = StoredObject | Change

/** The object that a part holds of it; undefined where only the index notes it. */
export function objectIn(item: Indexed): StoredObject | undefined {
  return 'properties' in item ? item : item.object
}

/** What the index notes of it. Hashes the object, where its hash is not remembered. */
export function notedOf(item: Indexed): Noted {
  const object = objectIn(item)
  const before = 'properties' in item ? undefined : item.before
  if (object === undefined) return { id: item.id, ...(item as Change).touched, before }
  const { id, updatedMs } = object
  return { id, ...(updatedMs !== undefined && { updatedMs }), sha256: identitySha256(object), before }
}

/** Its approximate length in characters, to end a part in time. */
export function changeLength(item: Indexed): number {
  const object = objectIn(item)
  return object === undefined ? ENTRY_BYTES : lineLength(object)
}
