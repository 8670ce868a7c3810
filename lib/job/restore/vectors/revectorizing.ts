import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store } from '../../../store/store.ts'
import type { TransformPipeline } from '../../../transform/pipeline.ts'
import { vectorizersOf } from '../../../transform/schema/vectorizers.ts'
import { REVECTORIZE } from '../../../transform/vectors/revectorize.ts'
import { vectorPresence } from './presence.ts'

/** What is known of a restore that may have vectors made anew. */
export interface Revectorizing {
  readonly store: Store
  readonly transforms: TransformPipeline
  /** The class as it will be. */
  readonly schema: CollectionSchema
  /** True where objects of a class that was there are to get other vectors. */
  readonly inPlace: boolean
  /** How many objects there are, where that is known. */
  readonly objects: number | undefined
}

/**
 * Says how many vectors will be made anew, and by what, before the first. @throws ElysiaError ELYSIA_CONFLICT where the
 * target does not make them: they would be lost; ELYSIA_USAGE where it would keep those that it has
 */
export function announceRevectorizing(
  { store, transforms, schema, inPlace, objects }: Revectorizing,
  emit: Emit,
): void {
  if (!transforms.declared.some(({ name }) => name === REVECTORIZE)) return
  if (inPlace) throw keepsVectors(schema)
  const { made } = vectorPresence(store, schema)
  const makers = vectorizersOf(transforms.schema)
  const modules = [...new Set(makers.map(({ module }) => module))].join(', ')
  if (makers.some(({ vector }) => !made.has(vector))) {
    const fact = `${store.target} has no ${modules}, which is to make the vectors of ${schema.class} anew`
    throw new ElysiaError('ELYSIA_CONFLICT', fact, {
      hint: 'nothing was written; enable the module there, or name one that it has with --vectorizer',
    })
  }
  emit({
    type: 'revectorizing',
    collection: schema.class,
    vectors: makers.map(({ vector }) => vector),
    modules,
    ...(objects !== undefined && { objects, calls: objects * makers.length }),
  })
}

/** A server that is given an object with the texts that it has keeps its vector, and asks no module. */
function keepsVectors({ class: name }: CollectionSchema): ElysiaError {
  const fact = `${name} is there, and keeps the vectors of objects whose texts stay the same`
  return new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'nothing was written; --revectorize goes into a new collection: `elysiactl col migrate` makes one and switches its alias, and so does --into-alias',
  })
}
