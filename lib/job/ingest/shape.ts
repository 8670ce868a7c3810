import { hash } from 'node:crypto'
import { sourceOf } from '../../change/sourceOf.ts'
import { ElysiaError } from '../../core/errors.ts'
import { HASH_PROPERTY, type StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { ShapeRefusal, StorageShape } from '../../store/sink/shape.ts'
import { bindTransforms, type DeclaredTransform, type TransformPipeline } from '../../transform/pipeline.ts'
import type { Transform } from '../../transform/transform.ts'

/**
 * Fits transforms to the class of the records' objects.
 * @throws ElysiaError ELYSIA_USAGE if one does not fit, touches the record hash, or makes several objects from one
 * record
 */
export function shapeTransforms(
  transforms: readonly Transform[],
  layout: CollectionSchema,
): TransformPipeline {
  const pipeline = bindTransforms(transforms, layout)
  for (const { transform, bound } of pipeline.steps) {
    if (transform.expands === true) {
      throw unfit(
        transform,
        'may make several objects of one record',
        "a script that does not says `export const ids = 'kept'`",
      )
    }
    if (bound.touches?.has(HASH_PROPERTY) === true)
      throw unfit(
        transform,
        `touches ${HASH_PROPERTY}, by which the ingest knows what it has written`,
        'leave it out',
      )
  }
  return pipeline
}

function unfit({ name }: Transform, fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${name} ${fact}`, { hint })
}

/** Keys that identify transforms. */
export function transformKeys(declared: readonly Pick<DeclaredTransform, 'name' | 'sha256'>[]): string[] {
  return declared.map(({ name, sha256 }) => (sha256 === undefined ? name : `${name} ${sha256}`))
}

/**
 * What is stored for the objects of records. The record hash of a stored object covers its record and the transforms:
 * if these change, it is written again.
 */
export function ingestShape(pipeline: TransformPipeline): StorageShape | undefined {
  if (pipeline.isEmpty) return undefined
  const salt = JSON.stringify(transformKeys(pipeline.declared))
  const storedHash = (sourceHash: unknown) => hash('sha256', JSON.stringify([sourceHash, salt]))
  const hashOf = ({ properties }: StoredObject) => storedHash(properties[HASH_PROPERTY])
  return {
    hashOf,
    source: (stored) => sourceOf(stored, (found) => storedHash(found) === stored.properties[HASH_PROPERTY]),
    async stored(objects, signal) {
      const refused = new Map<string, ShapeRefusal>()
      const complete = objects.filter((object) => {
        if (object.properties.content !== undefined) return true
        refused.set(object.id, WITHOUT_CONTENT)
        return false
      })
      const made = await pipeline.objects(complete, { signal })
      for (const { object, code, reason } of made.rejects) refused.set(object.id, { code, reason })
      const hashes = new Map(complete.map((object) => [object.id, hashOf(object)]))
      const stored = new Map<string, StoredObject>()
      for (const object of made.objects) {
        const properties = { ...object.properties, [HASH_PROPERTY]: hashes.get(object.id)! }
        stored.set(object.id, { ...object, properties })
      }
      const leftOut = complete.filter(({ id }) => !stored.has(id) && !refused.has(id)).map(({ id }) => id)
      return { objects: stored, refused, leftOut: new Set(leftOut) }
    },
  }
}

const WITHOUT_CONTENT: ShapeRefusal = {
  code: 'transform_failed',
  reason:
    'it changes what is stored, but transforms removed its content: send the path again with its content',
}
