import type { Json, JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { applyChanges } from '../pipeline.ts'
import type { BoundTransform, ChangeObject } from '../transform.ts'

/** What a transform of single objects does in a class. */
export interface ObjectTransform {
  /** The class after the transform. */
  readonly schema: CollectionSchema
  /** The properties that it touches. */
  readonly touches: readonly string[]
  readonly change: ChangeObject
}

/** Makes a transform that looks at one object at a time. */
export function eachObject(name: string, { schema, touches, change }: ObjectTransform): BoundTransform {
  const changes = [{ name, change }]
  return {
    schema,
    touches: new Set(touches),
    change,
    objects: (page) => applyChanges(page, changes),
  }
}

/** Removes a property from a draft. */
export function removeProperty(properties: JsonObject, name: string): void {
  if (properties[name] !== undefined) (properties as Record<string, Json | undefined>)[name] = undefined
}
