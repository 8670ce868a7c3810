import type { Test } from 'tap'
import type { Json, StoredObject } from '../../../lib/core/object.ts'
import { ALL, drain, idAt, type Open, objectAt, PROPERTIES, plain, storeTest } from './world.ts'

const WRONG: readonly (readonly [title: string, property: string, value: Json, reason: RegExp])[] = [
  ['text in an int', 'size', 'five', /size/],
  ['a fraction in an int', 'size', 1.5, /size/],
  ['a number in a text', 'title', 5, /title/],
  ['an object in a text', 'title', { a: 1 }, /title/],
  ['a text in a number', 'ratio', '0.5', /ratio/],
  ['a number in a boolean', 'draft', 1, /draft/],
  ['a text in a text[]', 'tags', 'one', /tags/],
  ['a number among the texts of a text[]', 'tags', ['one', 2], /tags/],
  ['a day in a date', 'changed', '2024-05-06', /changed|date/],
  ['a property that the schema does not have', 'unheard_of', 'text', /unheard_of/],
]

/** Objects a store must not take: each is refused alone, its neighbors are stored. */
export async function refusalTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'a wrong object is refused alone, its neighbors are stored', async (t, world) => {
    const collection = await world.make('Refused')
    const input: StoredObject[] = []
    for (const [n, [, property, value]] of WRONG.entries()) {
      input.push(objectAt(2 * n), objectAt(2 * n + 1, { [property]: value }))
    }
    input.push(objectAt(1000))
    const outcomes = await collection.write(input)
    t.equal(outcomes.length, input.length)
    t.ok(
      outcomes.every(({ ok }, at) => ok === (at % 2 === 0)),
      'outcomes are in the order given',
    )
    for (const [n, [title, , , reason]] of WRONG.entries()) {
      t.match(outcomes[2 * n + 1], { ok: false, reason }, title)
      t.not(outcomes[2 * n + 1]?.retryable, true, 'repeating it is of no use')
    }
    const good = input.filter((_, at) => at % 2 === 0).map(plain) as { id: string }[]
    const stored = (await drain(collection.read(ALL))).map(plain)
    t.same(
      stored,
      good.sort((a, b) => (a.id < b.id ? -1 : 1)),
    )
  })

  await storeTest(t, open, 'an unknown property does not extend the schema', async (t, { store, make }) => {
    const collection = await make('Closed')
    t.match(await collection.write([objectAt(1, { unheard_of: 'text' })]), [{ ok: false }])
    t.equal((await store.schema(collection.name))?.properties?.length, PROPERTIES.length)
    t.equal(await collection.count(), 0)
  })

  await storeTest(t, open, 'a refused replacement leaves the object as it was', async (t, { make }) => {
    const collection = await make('AsItWas')
    await collection.write([objectAt(1)])
    t.match(await collection.write([objectAt(1, { size: 'five' })]), [{ ok: false, reason: /size/ }])
    t.same((await collection.readMany([idAt(1)], ALL)).map(plain), [plain(objectAt(1))])
  })

  await storeTest(t, open, 'an id that is no uuid is refused alone', async (t, { make }) => {
    const collection = await make('NoUuid')
    const outcomes = await collection.write([objectAt(1), { id: 'not-a-uuid', properties: {} }, objectAt(2)])
    t.match(outcomes, [{ ok: true }, { ok: false, reason: /uuid/i }, { ok: true }])
    t.equal(await collection.count(), 2)
  })
}
