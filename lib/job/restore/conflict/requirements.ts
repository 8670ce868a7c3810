import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, isReference, vectorNames } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { mixingVectorizers } from '../../../transform/object/merge.ts'
import { misfits } from '../../../transform/schema/fit.ts'
import { vectorizersOf } from '../../../transform/schema/vectorizers.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestorePlan } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'
import { comparedProperties } from './newProperties.ts'

/**
 * Compares the existing class with the objects to be written.
 * @throws ElysiaError ELYSIA_CONFLICT if the class lacks something that the objects have, naming all of it
 */
export function requireFit(
  store: Store,
  existing: CollectionSchema,
  plan: RestorePlan,
  { withoutVectors }: RestoreSource,
): void {
  // After a transform renamed it, a property no longer has its chosen name.
  const chosen = plan.transforms.isEmpty ? plan.selection?.declared.properties : undefined
  const all = [...(plan.schema.properties ?? []), ...plan.references]
  const properties = chosen === undefined ? all : all.filter(({ name }) => chosen.includes(name))
  const wanted = { ...plan.schema, properties: comparedProperties(properties, plan.newProperties) }
  const faults = misfits(wanted, existing, { vectors: withoutVectors !== true })
  if (faults.length === 0) return
  const fact = `the archive does not fit into ${existing.class} in ${store.target}: ${faults.join('; ')}`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: `nothing was written; --on-new-property evolve adds properties to ${existing.class}, discard-value leaves their values out; or restore beside it with --name NEW`,
  })
}

/**
 * Checks the options of a merge.
 * @throws ElysiaError ELYSIA_USAGE if a merge needs its undo, or must be told whose vectors count
 */
export function requireMergeable(
  existing: CollectionSchema,
  { onConflict, vectors, undo }: RestoreOptions,
): void {
  if (onConflict === 'merge' && !undo && (existing.properties ?? []).some(isReference)) {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      `a merge into ${existing.class}, which has references, needs its undo`,
      {
        hint: 'leave out --no-undo: if the restore is interrupted before references are linked, only the undo knows them',
      },
    )
  }
  const [maker] = mixingVectorizers(existing)
  if (onConflict !== 'merge' || vectors !== undefined || maker === undefined) return
  const fact = `${existing.class} has the vectorizer ${maker.module}: merged texts may come from both sides, but their vector from one`
  throw new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'say whose vectors count with --vectors archive or --vectors target; --vectors drop leaves out those that no longer match, so that the server makes new ones',
  })
}

/**
 * Complete objects replace the existing ones, so an archive that holds only part of each would remove the rest.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export function requireWholeObjects(
  existing: CollectionSchema,
  { selection, transforms }: RestorePlan,
  source: RestoreSource,
  { onConflict }: RestoreOptions,
): void {
  if (onConflict !== 'overwrite' && onConflict !== 'replace') return
  const properties = selection?.declared.properties ?? source.selection?.properties
  if (properties !== undefined)
    throw wouldTake('the other properties of its objects', existing, properties.join(', '))
  const left = new Set((transforms.schema.properties ?? []).map(({ name }) => name))
  const there = new Set((existing.properties ?? []).map(({ name }) => name))
  const gone = (transforms.before.properties ?? []).filter(({ name }) => !left.has(name) && there.has(name))
  if (gone.length > 0)
    throw wouldTake(
      `the ${gone.map(({ name }) => name).join(', ')} of its objects`,
      existing,
      'what transforms leave',
    )
  const { unnamed, named } = vectorNames(existing)
  const hasOwn = (unnamed || named.length > 0) && vectorizersOf(existing).length === 0
  if (source.withoutVectors === true && hasOwn)
    throw wouldTake('the vectors of its objects', existing, 'no vectors')
}

function wouldTake(what: string, { class: name }: CollectionSchema, brings: string): ElysiaError {
  return new ElysiaError(
    'ELYSIA_CONFLICT',
    `whole objects would be replaced, and ${what} lost: ${name} gets ${brings}`,
    {
      hint: 'nothing was written; --on-conflict merge keeps what the archive does not bring',
    },
  )
}
