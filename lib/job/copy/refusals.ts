import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { hasTenants } from '../../core/schema.ts'
import type { Store, StoreUse } from '../../store/store.ts'
import { requireClock, requireUse } from '../health/requirements.ts'
import type { CollectionRef } from './compare.ts'
import type { CopyOptions } from './options.ts'

/** A copy before anything is written. */
export interface PlannedCopy {
  readonly from: CollectionRef
  /** The class of the source. */
  readonly schema: CollectionSchema
  readonly target: CollectionRef
  readonly options: CopyOptions
  readonly retry: Retrying
}

/**
 * Refuses a copy that could only fail later, or do harm.
 * @throws ElysiaError ELYSIA_CONFLICT if source and target are the same, one of them cannot be used this way, or a
 * clock is wrong; ELYSIA_REFUSED if a key lacks rights
 */
export async function requireFitting(intended: PlannedCopy): Promise<void> {
  const { from, schema, target, retry } = intended
  // Questions to a distant server take long one after another. The first answer in this order counts.
  const checks = [
    requireTwo(intended),
    requireUse(from.store, { collection: schema.class, does: ['read'] }, retry),
    requireTarget(intended),
    requireClock(from.store, retry),
    requireClock(target.store, retry),
  ]
  for (const answer of checks) answer.catch(() => {})
  for (const answer of checks) await answer
}

async function requireTarget({ schema, target, options, retry }: PlannedCopy): Promise<void> {
  const does: StoreUse['does'] = [
    'read',
    'write',
    ...(options.sync || options.follow || options.finish ? (['delete'] as const) : []),
    ...(hasTenants(schema) ? (['tenants'] as const) : []),
    ...(options.switchAlias === undefined ? [] : (['alias'] as const)),
  ]
  const use = { collection: target.name, does, degraded: options.degraded }
  // Asked beside whether the class is there, which is seldom so.
  const making = requireUse(target.store, { ...use, does: [...does, 'make'] }, retry)
  making.catch(() => {})
  const isThere = (await retry(() => target.store.schema(target.name))) !== undefined
  try {
    await making
  } catch (error) {
    if (!isThere) throw error
    await requireUse(target.store, use, retry)
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT */
async function requireTwo({ from, schema, target, retry }: PlannedCopy): Promise<void> {
  const isOneAddress = from.store.target === target.store.target
  if (!isOneAddress && !(await retry(() => areOne(from.store, target.store)))) return
  if (schema.class === target.name) {
    throw new ElysiaError(
      'ELYSIA_CONFLICT',
      `${target.name} in ${target.store.target} is the source itself`,
      {
        hint: 'nothing was written; copy into another store, or under another name',
      },
    )
  }
  if (isOneAddress) return
  const fact = `${from.store.target} and ${target.store.target} are the same store`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was written; check the addresses, or give the same one twice to copy within one store',
  })
}

/** Whether two addresses lead to the same store, as far as stores identify themselves. */
async function areOne(one: Store, other: Store): Promise<boolean> {
  const [left, right] = await Promise.all([one.identity?.(), other.identity?.()])
  if (left === undefined || right === undefined || left.text !== right.text) return false
  const before = await one.identity?.()
  const there = await other.identity?.()
  const after = await one.identity?.()
  if (before === undefined || there === undefined || after === undefined) return false
  return before.text === there.text && before.clock <= there.clock && there.clock <= after.clock
}
