import { deepStrictEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { Effect } from '../../../../lib/change/effect/effect.ts'
import { IdNumbers } from '../../../../lib/job/ingest/coalesce/idNumbers.ts'
import { VERDICT } from '../../../../lib/job/ingest/coalesce/plan.ts'
import { Planner } from '../../../../lib/job/ingest/coalesce/planner.ts'
import { RecordRows } from '../../../../lib/job/ingest/coalesce/recordRows.ts'
import { runs } from '../../../runs.ts'
import { type Change, change, expected, uuid, type Value } from '../../../store/sink/model.ts'

const RUNS = runs(400)

function effectOf(one: Change): Effect {
  const kind = one.op === 'delete' ? 'remove' : one.op
  return { kind, ids: (one.op === 'move' ? [one.from, one.to] : [one.id]).map(uuid) }
}

/** What a change does to a state, or that it is refused. */
function isRejected(state: ReadonlyMap<number, Value>, one: Change): boolean {
  if (one.op === 'patch') return !state.has(one.id)
  return one.op === 'move' && one.value === undefined && !state.has(one.from) && !state.has(one.to)
}

/** The changes of several inputs → which are applied, in order. */
async function planned(inputs: readonly (readonly Change[])[], ids?: number, pages?: number) {
  const planner = new Planner(new IdNumbers(ids), new RecordRows(pages))
  for (const changes of inputs) {
    planner.beginInput()
    changes.forEach((one, index) => {
      planner.add(2 * (index + 1), effectOf(one), 0)
    })
  }
  const plan = await planner.decide()
  const verdicts = inputs.map((changes, input) => {
    const decisions = plan.decisions(input)
    return changes.map((_, index) => decisions.at(2 * (index + 1))!)
  })
  plan.close()
  return { plan, verdicts }
}

const start = fc.uniqueArray(fc.integer({ min: 0, max: 4 })).map((ids) => {
  return new Map(ids.map((id): [number, Value] => [id, { value: 7, note: 1 }]))
})

t.test(
  'what a plan leaves out changes neither the end nor what is refused, whatever the store holds',
  async (t) => {
    const inputs = fc.array(fc.array(change, { maxLength: 25 }), { minLength: 1, maxLength: 3 })
    let [left, removed] = [0, 0]
    await t.resolves(
      fc.assert(
        fc.asyncProperty(inputs, start, async (inputs, start) => {
          const { verdicts, plan } = await planned(inputs)
          const decided = verdicts.flat()
          let [all, some] = [new Map(start), new Map(start)]
          inputs.flat().forEach((one, index) => {
            const { verdict } = decided[index]!
            const refused = isRejected(all, one)
            all = expected([one], all)
            if (verdict === VERDICT.superseded) left += 1
            if (verdict === VERDICT.removeSource && one.op === 'move') {
              some.delete(one.from)
              removed += 1
            }
            if (verdict === VERDICT.apply) {
              equal(isRejected(some, one), refused, 'an outcome is that of applying all')
              some = expected([one], some)
            } else ok(!refused, 'what would be refused is applied, and refused')
          })
          deepStrictEqual(sorted(some), sorted(all))
          equal(plan.superseded, decided.filter(({ verdict }) => verdict !== VERDICT.apply).length)
        }),
        { numRuns: RUNS },
      ),
    )
    t.ok(left > RUNS && removed > RUNS / 20, `${left} records left out, ${removed} moves made removals`)
  },
)

t.test('of each record that is left out the plan names the one that replaced it', async (t) => {
  const put = (id: number): Change => ({ op: 'put', id, value: 1 })
  const { verdicts } = await planned([
    [put(0), put(0), { op: 'move', from: 0, to: 1 }, put(0)],
    [put(2), put(1), put(2)],
  ])
  t.strictSame(
    verdicts.map((input) => input.map(({ by }) => by)),
    [
      [{ line: 4 }, { line: 6 }, { line: 4, input: 1 }, undefined],
      [{ line: 6 }, undefined, undefined],
    ],
  )
})

t.test('a rename takes its content along, from however far', async (t) => {
  const put = (id: number): Change => ({ op: 'put', id, value: 1 })
  const verdictsOf = async (changes: Change[]) => {
    const { verdicts } = await planned([changes])
    return verdicts[0]!.map(({ verdict }) => verdict)
  }
  const { apply, superseded, removeSource } = VERDICT
  const move: Change = { op: 'move', from: 0, to: 1 }
  t.strictSame(await verdictsOf([put(0), put(2), move]), [apply, apply, apply])
  t.strictSame(await verdictsOf([put(0), move, put(1)]), [superseded, removeSource, apply])
  t.strictSame(await verdictsOf([put(0), move, put(1), put(0)]), [superseded, superseded, apply, apply])
  t.strictSame(await verdictsOf([move, put(1), put(0)]), [apply, apply, apply], 'the store may not have it')
})

t.test('beyond what memory holds, ids and records lie on the disk, and the plan is the same', async (t) => {
  const draw = fc.sample(change, { numRuns: 20_000, seed: 5 })
  const wide = draw.map((one, index): Change => ('id' in one ? { ...one, id: (one.id + index) % 9 } : one))
  const inMemory = await planned([wide.slice(0, 9000), wide.slice(9000)])
  const onDisk = await planned([wide.slice(0, 9000), wide.slice(9000)], 3, 2)
  t.strictSame(onDisk.verdicts, inMemory.verdicts)
  t.ok(inMemory.plan.superseded > 10_000)
})

function sorted(state: ReadonlyMap<number, Value>): [number, Value][] {
  return [...state].sort(([a], [b]) => a - b)
}
