import type { CollectionSchema } from '../../core/schema.ts'
import { applyChanges } from '../pipeline.ts'
import type { SchemaPatch } from '../schema/patch.ts'
import { settingChanges } from '../schema/settingChanges.ts'
import type { BoundTransform, ChangeObject, Transform } from '../transform.ts'

/** How an option changes the vectors of a class and of its objects. */
export interface VectorChange {
  readonly name: string
  /** The name under which changes to the class are reported. */
  readonly rule: string
  readonly sha256?: string
  /** @throws ElysiaError ELYSIA_USAGE if the class does not have the vector */
  change(before: CollectionSchema): {
    readonly schema: CollectionSchema
    /** Absent if objects stay unchanged. */
    readonly object?: ChangeObject
  }
}

/** Makes a transform of vectors that reports its changes to the class. */
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
      return { ...bound, change: object, objects: (page) => applyChanges(page, changes) }
    },
  }
}
