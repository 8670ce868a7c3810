import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store } from '../../../store/store.ts'
import type { TransformPipeline } from '../../../transform/pipeline.ts'
import { vectorizersOf } from '../../../transform/schema/vectorizers.ts'
import { REVECTORIZE } from '../../../transform/vectors/revectorize.ts'
import type { RestoreOptions } from '../options.ts'
import { vectorPresence } from './presence.ts'

/** What is known about a restore that may have vectors made again. */
export interface RevectorizeFacts {
  readonly store: Store
  readonly transforms: TransformPipeline
  /** The class as it will be. */
  readonly schema: CollectionSchema
  /** Why objects of an existing class cannot get other vectors; undefined if they can. */
  readonly fault: string | undefined
  /** The number of objects, if known. */
  readonly objects: number | undefined
}

/** Why vectors of an existing class cannot be made again. */
export function remakingFault(
  { onConflict, undo, plan }: RestoreOptions,
  kind: 'restore' | 'copy' = 'restore',
): string | undefined {
  // Later passes of a copy find objects that they made themselves.
  if (kind === 'copy' && onConflict === 'replace') return undefined
  if (onConflict === 'merge') return 'a merge keeps what the archive does not bring'
  if (plan !== undefined) return 'a plan does not say so'
  if (undo || onConflict === 'skip') return undefined
  return 'each is removed before it is written, which needs the undo that --no-undo leaves out'
}

/**
 * Announces how many vectors will be made again, and by what.
 * @throws ElysiaError ELYSIA_CONFLICT if the target does not make them: they would be lost; ELYSIA_USAGE if it would
 * keep the existing ones
 */
export function announceRevectorizing(
  { store, transforms, schema, fault, objects }: RevectorizeFacts,
  emit: Emit,
): void {
  if (!transforms.declared.some(({ name }) => name === REVECTORIZE)) return
  if (fault !== undefined) throw keepsVectors(schema, fault)
  const { made } = vectorPresence(store, schema)
  const makers = vectorizersOf(transforms.schema)
  const modules = [...new Set(makers.map(({ module }) => module))].join(', ')
  if (makers.some(({ vector }) => !made.has(vector))) {
    const fact = `${store.target} has no ${modules}, which should make the vectors of ${schema.class}`
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

/** A server keeps the vector of an object that is sent again with the same texts: remove it first. */
function keepsVectors({ class: name }: CollectionSchema, fault: string): ElysiaError {
  const fact = `the vectors of existing objects of ${name} cannot be made again: ${fault}`
  return new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'nothing was written; --on-conflict overwrite or replace makes them again, and so do `elysiactl col migrate` and --into-alias, in a new collection',
  })
}
