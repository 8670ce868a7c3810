import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Store, StoreUse } from '../../store/store.ts'

/** If the times of two machines differ by more than this, they do not tell what came first. */
export const MOST_CLOCK_DIFFERENCE_MS = 60_000

/**
 * Refuses a store in which this use would fail or lose data: read-only disks and shards, a schema that differs between
 * nodes, missing rights.
 * @throws ElysiaError ELYSIA_CONFLICT; ELYSIA_REFUSED if only rights are missing
 */
export async function requireUse(store: Store, use: StoreUse, retry: Retrying): Promise<void> {
  const facts = await retry(async () => (await store.obstacles?.(use)) ?? [])
  if (facts.length === 0) return
  const isRight = facts.every((fact) => fact.startsWith('the key'))
  throw new ElysiaError(
    isRight ? 'ELYSIA_REFUSED' : 'ELYSIA_CONFLICT',
    `${store.target} cannot be used as it is: ${facts.join('; ')}`,
    {
      hint: 'nothing was written; fix this, then run the same command again; `elysiactl cluster health` shows more',
    },
  )
}

/**
 * Compares clocks, which decide what has changed since a moment.
 * @throws ElysiaError ELYSIA_CONFLICT if a clock of the store differs by more than a minute from this machine's
 */
export async function requireClock(store: Store, retry: Retrying): Promise<void> {
  const difference = await retry(async () => store.clockDifferenceMs?.())
  if (difference === undefined || difference <= MOST_CLOCK_DIFFERENCE_MS) return
  throw new ElysiaError('ELYSIA_CONFLICT', clockFact(store.target, difference), {
    hint: 'nothing was written; correct the clock that is wrong: changes are recognized by their time',
  })
}

/** The difference as a clause. */
export function clockFact(target: string, differenceMs: number): string {
  return `the clocks of ${target} and of this machine are ${Math.round(differenceMs / 1000)} s apart`
}
