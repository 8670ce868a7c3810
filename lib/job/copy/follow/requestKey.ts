import { createHash } from 'node:crypto'
import { ElysiaError } from '../../../core/errors.ts'
import type { CopyPass } from '../pass.ts'
import type { FollowFacts } from './facts.ts'

/** A count holds a number of six bytes exactly. */
const BYTES = 6

/** A number that is equal if the same objects are copied in the same form. */
export function copyRequestKey({ options, context }: Pick<CopyPass, 'options' | 'context'>): number {
  const { filter, objects, properties, tenant, vectors, vectorMap, revectorize } = options
  const steps = (context.transforms ?? []).map(({ name, sha256 }) => [name, sha256])
  const request = [steps, filter, objects, properties, tenant, vectors, vectorMap, revectorize]
  return createHash('sha256').update(JSON.stringify(request)).digest().readUIntBE(0, BYTES)
}

/**
 * The earlier passes must have copied the same: another selection, or other transforms, would rebuild the target.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export function requireSameRequest({ asked }: FollowFacts, now: number, name: string): void {
  if (asked === 0 || asked === now) return
  const fact = `the copy into ${name} was started with other transforms, or another selection`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was written; use the options that it was started with, or --fresh to start over with these',
  })
}
