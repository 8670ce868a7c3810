import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Store, StoreUse } from '../../store/store.ts'

/** Times of two machines that are further apart than this say nothing about what was first. */
export const MOST_CLOCK_DIFFERENCE_MS = 60_000

/**
 * Refuses a store that such a use would fail in, or lose data of: read-only disks and shards, a schema that is not the same on
 * all nodes, missing rights. @throws ElysiaError ELYSIA_CONFLICT; ELYSIA_REFUSED where it is rights alone
 */
export async function requireUse(store: Store, use: StoreUse, retry: Retrying): Promise<void> {
  const facts = await retry(async () => (await store.obstacles?.(use)) ?? [])
  if (facts.length === 0) return
  const isRight = facts.every((fact) => fact.startsWith('the key'))
  throw new ElysiaError(
    isRight ? 'ELYSIA_REFUSED' : 'ELYSIA_CONFLICT',
    `${store.target} cannot be used so: ${facts.join('; ')}`,
    {
      hint: 'nothing was written; see to it, then give the same command again; `elysiactl cluster health` tells more',
    },
  )
}

/** @throws ElysiaError ELYSIA_CONFLICT where a clock of the store is more than a minute from that of this machine */
export async function requireClock(store: Store, retry: Retrying): Promise<void> {
  const difference = await retry(async () => store.clockDifferenceMs?.())
  if (difference === undefined || difference <= MOST_CLOCK_DIFFERENCE_MS) return
  throw new ElysiaError('ELYSIA_CONFLICT', clockFact(store.target, difference), {
    hint: 'nothing was written; set the clock that is wrong: what has changed is told by it',
  })
}

/** The clause that says it. */
export function clockFact(target: string, differenceMs: number): string {
  return `the clocks of ${target} and of this machine are ${Math.round(differenceMs / 1000)} s apart`
}
