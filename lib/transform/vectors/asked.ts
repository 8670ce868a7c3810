import type { CollectionSchema } from '../../core/schema.ts'
import { changed } from '../pipeline.ts'
import type { SchemaPatch } from '../schema/patch.ts'
import { settingChanges } from '../schema/settingChanges.ts'
import type { BoundTransform, ChangeObject, Transform } from '../transform.ts'

/** What an option changes of the vectors of a class, and of its objects. */
export interface VectorChange {
  readonly name: string
  /** What its changes of the class are called. */
  readonly rule: string
  readonly sha256?: string
  /** @throws ElysiaError ELYSIA_USAGE where the class does not have what is meant */
  change(before: CollectionSchema): {
    readonly schema: CollectionSchema
    /** Absent where objects stay as they are. */
    readonly object?: ChangeObject
  }
}

/** A change of vectors as a transform, which says what it changed of the class. */
export function vectorTransform({ name, rule, sha256, change }: VectorChange): Transform {
  return {
    name,
    ...(sha256 !== undefined && { sha256 }),
    bind(before): BoundTransform {
      const { schema, object } = change(before)
      const patches: SchemaPatch[] = settingChanges(before, schema).map((one) => ({
        rule,
        ...one,
        reason: `it was asked for with --${name}`,
      }))
      const bound = { schema, touches: new Set<string>(), patches }
      if (object === undefined)
        return { ...bound, objects: (page) => ({ objects: page, rejects: [], filtered: 0 }) }
      const changes = [{ name, change: object }]
      return { ...bound, change: object, objects: (page) => changed(page, changes) }
    },
  }
}
