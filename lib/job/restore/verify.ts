import { setTimeout as wait } from 'node:timers/promises'
import { ObjectsDigest, sumOfDigests } from '../../archive/digest.ts'
import { ElysiaError } from '../../errors.ts'
import type { Call } from '../../store/store.ts'
import { scan } from '../scan.ts'
import type { RestoreRun } from './run.ts'

/** What the target holds, held against what was written. */
export interface Verification {
  /** Objects that the target holds, read back one by one or, with --no-verify, counted by it. */
  readonly count: number
  readonly expected: number
  /** Null where it was not asked for, or cannot be: references were refused. */
  readonly digest_equal: boolean | null
}

/** Reads everything back. Tenants have to be active. Memory: a page. */
export async function verifyTarget(run: RestoreRun): Promise<Verification> {
  const facts = [...run.progress.parts.values()]
  const expected = facts.reduce((sum, { written }) => sum + written, 0)
  const calls = await callsOf(run)
  if (!run.options.verify) return { count: await counted(run, calls), expected, digest_equal: null }
  const found = await readBack(
    run,
    calls,
    facts.some(({ vectors }) => vectors > 0),
  )
  const comparable = facts.every(({ referencesRejected }) => referencesRejected === 0)
  const equal = found.digest === sumOfDigests(facts.map(({ digest }) => digest))
  return { count: found.count, expected, digest_equal: comparable ? equal : null }
}

/** @throws ElysiaError ELYSIA_INCOMPLETE where the target holds anything else than what was written */
export function requireEqual(run: RestoreRun, { count, expected, digest_equal }: Verification): void {
  const where = `${run.class} in ${run.store.target}`
  const hint = 'somebody else may have written to it; `col rm` it and restore anew, or compare both'
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
  let said = false
  for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 2000)) {
    const left = await run.retry(() => run.store.unindexed(run.class))
    if (left === 0) return
    if (!said) run.notify('indexing', `${left} vectors wait for their index`)
    said = true
    if (run.stop.aborted) throw run.stop.reason
    await wait(waitMs, undefined, { signal: AbortSignal.any([run.signal, run.stop]) })
  }
}

async function readBack(run: RestoreRun, calls: readonly Call[], vectors: boolean) {
  const { collection, plan, retry, stop } = run
  const what = { properties: 'all', vectors, references: plan.references.length > 0 } as const
  const digest = new ObjectsDigest()
  let count = 0
  for (const call of calls) {
    for await (const page of scan(collection, what, {}, call, retry)) {
      if (stop.aborted) throw stop.reason
      for (const object of page) digest.add(plan.compared(object))
      count += page.length
    }
  }
  return { count, digest: digest.hex() }
}

async function counted({ collection, retry }: RestoreRun, calls: readonly Call[]): Promise<number> {
  let count = 0
  for (const call of calls) count += await retry(() => collection.count(call))
  return count
}

/** One read for each tenant there is, those that only objects had named included. */
async function callsOf({ plan, store, class: name, signal, retry }: RestoreRun): Promise<Call[]> {
  if (plan.tenants === undefined) return [{ signal }]
  const tenants = await retry(() => store.tenants(name))
  return tenants.map((tenant) => ({ signal, tenant }))
}
