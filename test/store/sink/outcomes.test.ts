import { deepStrictEqual } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t from 'tap'
import type { OutcomeName, Settlement } from '../../../lib/core/outcome.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { sink } from '../../../lib/store/sink/sink.ts'
import { batch } from '../../../lib/stream/batch.ts'
import { runs } from '../../runs.ts'
import { FaultyStore } from './faultyStore.ts'
import { type Change, change, entry, expected, SCHEMA, type Value } from './model.ts'

const RUNS = runs(300)

/** The ids of the model that a change leaves in the state it asks for. */
function result(one: Change): number {
  return one.op === 'move' ? one.to : one.id
}

/** What one record does to the state that it finds, where no later record of its write group takes its place. */
function alone(one: Change, state: ReadonlyMap<number, Value>, skipUnchanged: boolean): OutcomeName {
  const before = state.get(result(one))
  if (one.op === 'delete') return before === undefined ? 'unchanged' : 'deleted'
  if (one.op === 'put')
    return skipUnchanged && before?.value === one.value && before.note === 0 ? 'unchanged' : 'written'
  if (one.op === 'patch') {
    if (before === undefined) return 'rejected'
    return skipUnchanged && before.note === one.note ? 'unchanged' : 'written'
  }
  const source = state.get(one.from)
  if (source !== undefined) return 'written'
  if (one.value === undefined) return before === undefined ? 'rejected' : 'unchanged'
  return before?.value === one.value ? 'unchanged' : 'written'
}

/**
 * The outcomes that a run has to give, from the changes and how they were grouped: within a group the last
 * put or delete of an id counts, what it replaced is superseded, and both are held against the state that the
 * groups before have left.
 */
function outcomes(groups: readonly (readonly Change[])[], skipUnchanged: boolean): OutcomeName[] {
  let state: ReadonlyMap<number, Value> = new Map()
  return groups.flatMap((group) => {
    const names = group.map((one, index) => {
      const replaced = group.slice(index + 1).some((later) => result(later) === result(one))
      return replaced ? 'superseded' : alone(one, state, skipUnchanged)
    })
    state = expected(group, state)
    return names
  })
}

interface Scenario {
  readonly changes: readonly Change[]
  readonly count: number
  readonly workers: number
  readonly seed: number
  readonly skipUnchanged: boolean
}

/** Runs the changes through a sink whose store takes a random time, and gives the settlements in order. */
async function settle({ changes, count, workers, seed, skipUnchanged }: Scenario): Promise<Settlement[]> {
  const base = openMemory()
  await base.create(SCHEMA)
  let drawn = seed >>> 0
  const draw = () => {
    drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0
    return drawn / 2 ** 32
  }
  const slow = new FaultyStore(base, { draw, failing: 0, refusing: 0 })
  const settled: Settlement[] = []
  await pipeline(
    Readable.from(changes.map((one, index) => entry(one, index + 1))),
    batch({ count, waitMs: 0 }),
    sink(slow.store(), 'Model', {
      workers,
      skipUnchanged,
      retryMinMs: 0,
      onSettled: (settlement) => void settled.push(settlement),
    }),
  )
  return settled
}

function compare(input: Scenario, settled: readonly Settlement[]): void {
  const groups = settled.map((one) => one.outcomes.map(({ item }) => input.changes[item.line - 1]!))
  deepStrictEqual(
    settled.flatMap((one) => one.outcomes.map(({ name }) => name)),
    outcomes(groups, input.skipUnchanged),
  )
}

t.test(
  'each record is told what became of it: written, unchanged, deleted, superseded or rejected',
  async (t) => {
    const input = fc.record({
      changes: fc.array(change, { minLength: 1, maxLength: 30 }),
      count: fc.integer({ min: 1, max: 9 }),
      workers: fc.integer({ min: 1, max: 4 }),
      seed: fc.integer({ min: 1 }),
      skipUnchanged: fc.boolean(),
    })
    const names = new Set<OutcomeName>()
    const property = fc.assert(
      fc.asyncProperty(input, async (one) => {
        const settled = await settle(one)
        for (const { outcomes } of settled) for (const { name } of outcomes) names.add(name)
        compare(one, settled)
      }),
      { numRuns: RUNS },
    )
    await t.resolves(property)
    t.strictSame([...names].sort(), ['deleted', 'rejected', 'superseded', 'unchanged', 'written'])
  },
)

t.test('of two puts of one id in a batch the earlier is superseded, not written', async (t) => {
  const changes: Change[] = [
    { op: 'put', id: 0, value: 1 },
    { op: 'put', id: 0, value: 2 },
    { op: 'put', id: 1, value: 1 },
    { op: 'delete', id: 1 },
  ]
  const settled = await settle({ changes, count: 4, workers: 1, seed: 1, skipUnchanged: true })
  t.strictSame(
    settled.flatMap(({ outcomes }) => outcomes.map(({ name }) => name)),
    ['superseded', 'written', 'superseded', 'unchanged'],
  )
})
