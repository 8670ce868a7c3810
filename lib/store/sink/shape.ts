import { HASH_PROPERTY, type StoredObject } from '../../core/object.ts'
import type { RejectCode } from '../../core/reject.ts'

/**
 * What stands between the objects that records describe and those that are stored. Records are applied to the former, as
 * if they were stored: what is read is brought back to them first.
 */
export interface Shape {
  /** The object that a stored one was made of; undefined where that cannot be told. */
  source(stored: StoredObject): StoredObject | undefined
  /** The hash of what is stored of an object. */
  hashOf(object: StoredObject): unknown
  /** What is stored of objects, each of an id of its own. */
  stored(objects: readonly StoredObject[], signal: AbortSignal): Promise<Shaped>
}

/** What became of objects, by id: each is in one of these. */
export interface Shaped {
  readonly objects: ReadonlyMap<string, StoredObject>
  readonly refused: ReadonlyMap<string, Refused>
  /** Not to be stored, and to be removed where they are. */
  readonly leftOut: ReadonlySet<string>
}

export interface Refused {
  readonly code: RejectCode
  readonly reason: string
}

/** Objects are stored as records describe them. */
export const AS_THEY_ARE: Shape = {
  source: (stored) => stored,
  hashOf: ({ properties }) => properties[HASH_PROPERTY],
  stored: async (objects) => ({
    objects: new Map(objects.map((object) => [object.id, object])),
    refused: new Map(),
    leftOut: new Set(),
  }),
}
