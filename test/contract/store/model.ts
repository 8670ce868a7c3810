import fc from 'fast-check'
import type { Test } from 'tap'
import type { Collection } from '../../../lib/store/store.ts'
import { runs } from '../../runs.ts'
import { ALL, type Amounts, drain, idAt, type Open, plain, sorted, storeTest } from './world.ts'

const POOL = sorted(Array.from({ length: 12 }, (_, n) => idAt(n)))

type Model = Map<string, string>

interface Step {
  readonly title: string
  run(collection: Collection, model: Model): Promise<boolean>
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const expected = (model: Model, ids: readonly string[]) =>
  ids.flatMap((id) => (model.has(id) ? [{ id, properties: { body: model.get(id) } }] : []))

const someIds = fc.uniqueArray(fc.constantFrom(...POOL), { maxLength: POOL.length })
const bound = fc.option(fc.constantFrom(...POOL), { nil: undefined })

const write = fc
  .uniqueArray(fc.record({ id: fc.constantFrom(...POOL), body: fc.string({ maxLength: 12 }) }), {
    selector: ({ id }) => id,
    maxLength: POOL.length,
  })
  .map(
    (objects): Step => ({
      title: `write ${JSON.stringify(objects)}`,
      async run(collection, model) {
        const outcomes = await collection.write(objects.map(({ id, body }) => ({ id, properties: { body } })))
        for (const { id, body } of objects) model.set(id, body)
        return outcomes.length === objects.length && outcomes.every(({ ok }) => ok)
      },
    }),
  )

const remove = someIds.map(
  (ids): Step => ({
    title: `remove ${ids.join(' ')}`,
    async run(collection, model) {
      const outcomes = await collection.remove(ids)
      return same(
        outcomes.map(({ existed }) => existed),
        ids.map((id) => model.delete(id)),
      )
    },
  }),
)

const readMany = someIds.map(
  (ids): Step => ({
    title: `readMany ${ids.join(' ')}`,
    async run(collection, model) {
      const found = (await collection.readMany(ids, ALL)).sort((a, b) => (a.id < b.id ? -1 : 1))
      return same(found.map(plain), expected(model, sorted(ids)))
    },
  }),
)

const read = fc.tuple(bound, bound).map(
  ([after, upTo]): Step => ({
    title: `read after ${after} up to ${upTo}`,
    async run(collection, model) {
      const range = { ...(after === undefined ? {} : { after }), ...(upTo === undefined ? {} : { upTo }) }
      const found = (await drain(collection.read(ALL, range))).map(plain)
      const inside = POOL.filter((id) => id > (after ?? '') && id <= (upTo ?? 'g'))
      return same(found, expected(model, inside)) && (await collection.count()) === model.size
    },
  }),
)

/** Any sequence of calls leaves what the same sequence leaves in a plain map. */
export async function modelTests(t: Test, open: Open, amounts: Amounts): Promise<void> {
  await storeTest(t, open, 'any sequence of calls answers as a plain map would', async (t, { make }) => {
    const collection = await make('Model')
    const sequence = fc.array(fc.oneof(write, write, remove, readMany, read), { minLength: 1, maxLength: 10 })
    const property = fc.asyncProperty(sequence, async (steps) => {
      const model: Model = new Map()
      await collection.remove(POOL)
      for (const step of steps) if (!(await step.run(collection, model))) throw new Error(step.title)
    })
    const numRuns = runs(amounts.sequences)
    await fc.assert(property, { numRuns })
    t.pass(`${numRuns} sequences`)
  })
}
