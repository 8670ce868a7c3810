import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, hasMixedVectors, multiVectorIn } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { lossesIn } from '../../../transform/schema/patch.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestorePlan } from '../run.ts'

/**
 * Lists what a class would lose in the target.
 * @throws ElysiaError ELYSIA_CONFLICT with --no-migrate, if the target lacks something that the class needs
 */
export function requireNoLoss(
  { target }: Store,
  { schema, patches }: RestorePlan,
  { migrate }: RestoreOptions,
): void {
  const losses = migrate ? [] : lossesIn(patches)
  if (losses.length === 0) return
  const lossText = losses.map(({ path, reason }) => `${path} (${reason})`).join('; ')
  throw new ElysiaError('ELYSIA_CONFLICT', `${target} cannot have all of ${schema.class}: ${lossText}`, {
    hint: 'nothing was written; without --no-migrate these settings are changed, as --dry-run shows',
  })
}

/**
 * Refuses a multi-vector in an older server.
 * @throws ElysiaError ELYSIA_CONFLICT if the class has a vector that the target cannot index
 */
export function requireMultiVectors({ supports, target }: Store, schema: CollectionSchema): void {
  const vector = supports.multiVectors ? undefined : multiVectorIn(schema)
  if (vector === undefined) return
  const message = `${target} has no multi-vectors, and ${vector} of ${schema.class} is one`
  throw new ElysiaError('ELYSIA_CONFLICT', message, {
    hint: `nothing was written; multi-vectors came with 1.29, and --vector-map ${vector}= leaves it out`,
  })
}

/**
 * Refuses an unnamed vector beside named ones in an older server.
 * @throws ElysiaError ELYSIA_CONFLICT if the class has both, and the target cannot
 */
export function requireMixedVectors({ supports, target }: Store, schema: CollectionSchema): void {
  if (supports.mixedVectors || !hasMixedVectors(schema)) return
  const message = `${target} has no class with an unnamed vector and named ones, and ${schema.class} is one`
  throw new ElysiaError('ELYSIA_CONFLICT', message, {
    hint: 'nothing was written; such classes came with 1.31, and --vector-map default=NEW gives the unnamed one a name',
  })
}
