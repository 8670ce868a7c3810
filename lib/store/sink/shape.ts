import type { StoredObject } from '../../core/object.ts'
import { recordHash } from '../../core/properties/lazyProperties.ts'
import type { RejectCode } from '../../core/reject.ts'

/**
 * Converts between the objects that records describe and those that are stored. Records are applied to the former, as
 * if they were stored: what is read is converted back first.
 */
export interface StorageShape {
  /** The object that a stored one was made from; undefined if that cannot be determined. */
  source(stored: StoredObject): StoredObject | undefined
  /** The hash of an object's stored form. */
  hashOf(object: StoredObject): unknown
  /** The stored form of objects with distinct ids. */
  stored(objects: readonly StoredObject[], signal: AbortSignal): Promise<ShapedObjects>
}

/** The result for each object, by id: each is in one of these. */
export interface ShapedObjects {
  readonly objects: ReadonlyMap<string, StoredObject>
  readonly refused: ReadonlyMap<string, ShapeRefusal>
  /** Not to be stored, and to be removed if they exist. */
  readonly leftOut: ReadonlySet<string>
}

/** Why an object cannot be stored in this shape. */
export interface ShapeRefusal {
  readonly code: RejectCode
  readonly reason: string
}

/** Stores objects as records describe them. */
export const IDENTITY_SHAPE: StorageShape = {
  source: (stored) => stored,
  hashOf: recordHash,
  stored: async (objects) => ({
    objects: new Map(objects.map((object) => [object.id, object])),
    refused: new Map(),
    leftOut: new Set(),
  }),
}
