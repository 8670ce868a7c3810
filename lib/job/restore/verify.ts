import { setTimeout as wait } from 'node:timers/promises'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { CallOptions } from '../../store/store.ts'
import type { PartFacts } from './progressTable.ts'
import { readBack } from './readBack.ts'
import type { RestoreRun } from './run.ts'

/** The result of comparing the target with what was written. */
export interface RestoreVerification {
  /** Objects in the target, read back one by one or, with --no-verify, counted by the store. */
  readonly count: number
  readonly expected: number
  /** Null if it was not requested, or is not possible: references were refused, or objects have expired. */
  readonly digest_equal: boolean | null
  /** For a class with a time to live: objects that expired; those that never expire are all there. */
  readonly expired?: number
  /** Missing vectors that the store has made; absent if the objects brought them all. */
  readonly made?: number
  /** Missing vectors that the store has not made. */
  readonly unmade?: number
}

/** Reads everything back. Tenants must be active. Memory: as `readBack`. */
export async function verifyTarget(run: RestoreRun): Promise<RestoreVerification> {
  const facts = [...run.progress.parts.values()]
  const expected = facts.reduce((sum, { written, unchanged = 0 }) => sum + written + unchanged, 0)
  if (!run.options.verify) {
    const count = await countAll(run)
    const gone = run.plan.mayExpire === undefined || count >= expected ? {} : { expired: expected - count }
    return { count, expected, digest_equal: null, ...gone }
  }
  const unmade = facts.reduce((sum, { brought }) => sum + (brought?.unmade ?? 0), 0)
  const vectors = facts.some(({ vectors, unchangedVectors = 0 }) => vectors + unchangedVectors > 0)
  const found = await readBack(run, unmade > 0 || vectors, expected)
  const isComparable = facts.every(({ referencesRejected }) => referencesRejected === 0)
  if (found.count < expected && found.lasting !== undefined) {
    const lasting = facts.map((one) => one.lasting ?? { objects: one.written, digest: digestOf(one) })
    const objects = lasting.reduce((sum, one) => sum + one.objects, 0)
    const same = !isComparable || found.lasting.digest === sumOfDigests(lasting.map(({ digest }) => digest))
    if (found.lasting.objects === objects && same)
      return { count: found.count, expected, digest_equal: null, expired: expected - found.count }
  }
  if (unmade > 0 && found.brought !== undefined) {
    const equal =
      found.brought.digest === sumOfDigests(facts.map((one) => one.brought?.digest ?? digestOf(one)))
    const left = found.brought.unmade
    const made = { made: Math.max(0, unmade - left), ...(left > 0 && { unmade: left }) }
    return { count: found.count, expected, digest_equal: isComparable ? equal : null, ...made }
  }
  const equal = found.digest === sumOfDigests(facts.map(digestOf))
  return { count: found.count, expected, digest_equal: isComparable ? equal : null }
}

/** Parts that are read back have one: `restoreCheckpoint` leaves the others to be written again. */
function digestOf({ digest }: PartFacts): string {
  return digest!
}

/**
 * Ends a restore whose target differs from what it wrote.
 * @throws ElysiaError ELYSIA_INCOMPLETE if the target holds anything other than what was written
 */
export function requireEqual(
  run: RestoreRun,
  { count, expected, digest_equal, expired }: RestoreVerification,
): void {
  if (expired !== undefined) {
    const facts = { expired, objects: expected, target: run.store.target, collection: run.class }
    run.frame.emit({ type: 'objects_expired', ...facts })
    return
  }
  const where = `${run.class} in ${run.store.target}`
  const hint =
    'somebody else may have written to it; remove it with `col rm` and restore it again, or compare both'
  if (count !== expected) {
    throw new ElysiaError('ELYSIA_INCOMPLETE', `${where} holds ${count} objects, ${expected} were written`, {
      hint,
    })
  }
  if (digest_equal === false) {
    throw new ElysiaError('ELYSIA_INCOMPLETE', `${where} holds other objects than were written`, { hint })
  }
}

/** Waits until the vector index holds all vectors. */
export async function waitIndexed(run: RestoreRun): Promise<void> {
  let notified = false
  for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 2000)) {
    const left = await run.retry(() => run.store.unindexed(run.class))
    if (left === 0) return
    if (!notified) run.frame.emit({ type: 'indexing', vectors: left })
    notified = true
    run.frame.stop.throwIfAborted()
    const ends = AbortSignal.any([run.frame.signal, run.frame.stop])
    await wait(waitMs, undefined, { signal: ends }).catch(() => ends.throwIfAborted())
  }
}

async function countAll(run: RestoreRun): Promise<number> {
  const { collection, retry } = run
  let count = 0
  for (const call of await callsOf(run)) count += await retry(() => collection.count(call))
  return count
}

/** One count for each tenant, including those that only objects named. */
async function callsOf({ plan, store, class: name, frame, retry }: RestoreRun): Promise<CallOptions[]> {
  if (plan.tenants === undefined) return [{ signal: frame.signal }]
  const tenants = await retry(() => store.tenants(name))
  return tenants.map((tenant) => ({ signal: frame.signal, tenant }))
}
