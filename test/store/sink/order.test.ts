import { deepStrictEqual, equal } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t from 'tap'
import type { Settlement } from '../../../lib/core/outcome.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { sink } from '../../../lib/store/sink/sink.ts'
import type { Store } from '../../../lib/store/store.ts'
import { batch } from '../../../lib/stream/batch.ts'
import { runs } from '../../runs.ts'
import { Crash, FaultyStore } from './faultyStore.ts'
import { type Change, change, entry, expected, SCHEMA, stateOf, uuid, type Value } from './model.ts'

const RUNS = runs(120)
const circumstances = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 40 }),
  count: fc.integer({ min: 1, max: 9 }),
  workers: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 1 }),
  skipUnchanged: fc.boolean(),
})

/** A small generator of numbers in [0, 1), so that a failing case can be repeated. */
function drawing(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

async function freshBase(): Promise<Store> {
  const base = openMemory()
  await base.create(SCHEMA)
  return base
}

async function contents(base: Store): Promise<Map<number, Value>> {
  const found = new Map<number, Value>()
  for await (const page of base.collection('Model').read({ properties: 'all', vectors: true })) {
    for (const one of page) found.set(Number(one.id.at(-1)), stateOf(one))
  }
  return found
}

t.test('any order, delay and passing fault end in the state of one after another', async (t) => {
  const property = fc.assert(
    fc.asyncProperty(circumstances, async ({ changes, count, workers, seed, skipUnchanged }) => {
      const base = await freshBase()
      const faulty = new FaultyStore(base, { draw: drawing(seed), failing: 0.15, refusing: 0.1 })
      const settled: Settlement[] = []
      await pipeline(
        Readable.from(changes.map((one, index) => entry(one, index + 1))),
        batch({ count, waitMs: 0 }),
        sink(faulty.store(), 'Model', {
          workers,
          skipUnchanged,
          retryMinMs: 0,
          onSettled: (settlement) => void settled.push(settlement),
        }),
      )
      const lines = settled.flatMap(({ outcomes }) => outcomes.map(({ item }) => item.line))
      deepStrictEqual(
        lines,
        changes.map((_, index) => index + 1),
      )
      deepStrictEqual(await contents(base), sorted(expected(changes)))
    }),
    { numRuns: RUNS },
  )
  await t.resolves(property)
})

t.test('killed between any two writes and repeated, the run ends in the same state', async (t) => {
  const property = fc.assert(
    fc.asyncProperty(circumstances, fc.integer({ min: 1, max: 4 }), async (input, stride) => {
      const base = await freshBase()
      const before = [0, 1, 2].map((id): Change => ({ op: 'put', id, value: 9 }))
      await run(new FaultyStore(base, { draw: drawing(1), failing: 0, refusing: 0 }), before, 0, {
        ...input,
        count: 5,
      })
      const covered = await runWithCrashes(base, input, stride)
      equal(covered, input.changes.length)
      deepStrictEqual(await contents(base), sorted(expected([...before, ...input.changes])))
    }),
    { numRuns: RUNS },
  )
  await t.resolves(property)
})

/** Lets each of two changes be a batch, and says whether the second was written while the first had no checkpoint yet. */
async function overtakes(first: Change, second: Change): Promise<boolean> {
  const base = await freshBase()
  const before = [0, 1, 2].map((id): Change => ({ op: 'put', id, value: 9 }))
  const quiet = () => new FaultyStore(base, { draw: () => 0.5, failing: 0, refusing: 0 })
  await run(quiet(), before, 0, { changes: before, count: 3, workers: 1, seed: 1, skipUnchanged: true })
  const checkpoint = Promise.withResolvers<void>()
  const counted = quiet()
  counted.stepsLeft = 1_000
  let settled = 0
  const done = pipeline(
    Readable.from([[entry(first, 1)], [entry(second, 2)]]),
    sink(counted.store(), 'Model', {
      workers: 2,
      skipUnchanged: false,
      onSettled: () => (settled++ === 0 ? checkpoint.promise : undefined),
    }),
  )
  while (settled === 0) await new Promise((resolve) => setImmediate(resolve))
  // Enough turns for what nothing holds back: the double waits for two at each call.
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  const steps = 1_000 - counted.stepsLeft
  checkpoint.resolve()
  await done
  deepStrictEqual(await contents(base), sorted(expected([...before, first, second])))
  return steps > durableSteps(first)
}

/** How many objects a change writes and removes. */
function durableSteps(one: Change): number {
  return one.op === 'move' ? 2 : 1
}

t.test('nothing touches the ids of a read of stored state before its checkpoint is committed', async (t) => {
  const put = (id: number): Change => ({ op: 'put', id, value: 5 })
  const move = (from: number, to: number): Change => ({ op: 'move', from, to })
  const patch = (id: number): Change => ({ op: 'patch', id, note: 3 })
  t.notOk(await overtakes(move(0, 3), put(0)), 'the source of a move is written again')
  t.notOk(await overtakes(move(0, 3), put(3)), 'the target of a move is written again')
  t.notOk(await overtakes(put(0), move(0, 3)), 'a move takes what was just put')
  t.notOk(await overtakes(put(3), move(0, 3)), 'a move replaces what was just put')
  t.notOk(await overtakes(patch(1), put(1)), 'a patched object is replaced')
  t.notOk(await overtakes(put(1), patch(1)), 'what was just put is patched')
  t.ok(await overtakes(put(1), put(2)), 'other ids go ahead')
  t.ok(await overtakes(put(1), put(1)), 'a put waits for the earlier write only, not for its checkpoint')
  t.ok(await overtakes(move(0, 3), put(1)), 'a move holds its own ids only')
})

interface Scenario {
  readonly changes: readonly Change[]
  readonly count: number
  readonly workers: number
  readonly seed: number
  readonly skipUnchanged: boolean
}

/** Lets the process die again and again, a little later each time, with other batches after each restart. */
async function runWithCrashes(base: Store, input: Scenario, stride: number): Promise<number> {
  const draw = drawing(input.seed)
  let covered = 0
  for (let life = 0; ; life++) {
    const faulty = new FaultyStore(base, { draw, failing: 0.05, refusing: 0.05 })
    faulty.stepsLeft = life * stride
    const again = { ...input, count: 1 + Math.floor(draw() * 9), workers: 1 + Math.floor(draw() * 4) }
    const { line, died } = await run(faulty, input.changes, covered, again)
    covered = line
    if (!died) return covered
  }
}

/** One life of a process: from the checkpoint to the end, or to its death. */
async function run(
  faulty: FaultyStore,
  changes: readonly Change[],
  from: number,
  { count, workers, skipUnchanged }: Scenario,
) {
  let line = from
  const entries = changes.map((one, index) => entry(one, index + 1)).slice(from)
  const end = sink(faulty.store(), 'Model', {
    workers,
    skipUnchanged,
    retryMinMs: 0,
    onSettled: ({ end }) => {
      faulty.step()
      line = end.line
    },
  })
  try {
    await pipeline(Readable.from(entries), batch({ count, waitMs: 0 }), end)
    return { line, died: false }
  } catch (error) {
    if (!(error instanceof Crash)) throw error
    return { line, died: true }
  }
}

function sorted(state: ReadonlyMap<number, Value>): Map<number, Value> {
  return new Map([...state].sort(([a], [b]) => a - b))
}

t.test('a store that stays away ends the run as unreachable', async (t) => {
  const base = await freshBase()
  const faulty = new FaultyStore(base, { draw: () => 0, failing: 1, refusing: 0 })
  const end = sink(faulty.store(), 'Model', { retryForMs: 5, retryMinMs: 1 })
  const put = entry({ op: 'put', id: 1, value: 1 }, 1)
  await t.rejects(pipeline(Readable.from([[put]]), end), { code: 'ELYSIA_UNREACHABLE' })
  t.equal(uuid(1).length, 36)
})
