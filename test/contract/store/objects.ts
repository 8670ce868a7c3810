import type { Test } from 'tap'
import { HASH_PROPERTY, type StoredObject } from '../../../lib/core/object.ts'
import {
  ALL,
  type Amounts,
  idAt,
  type Open,
  objectAt,
  objectsUpTo,
  one,
  plain,
  sorted,
  storeTest,
} from './world.ts'

/** Writing, finding and removing objects. */
export async function objectTests(t: Test, open: Open, amounts: Amounts): Promise<void> {
  await storeTest(t, open, 'a write replaces the whole object', async (t, { make }) => {
    const collection = await make('Upsert')
    t.match(await collection.write([objectAt(1, { body: 'first' })]), [{ ok: true }])
    const second: StoredObject = { id: idAt(1), properties: { title: 'second' } }
    t.match(await collection.write([second]), [{ ok: true }])
    t.same(plain(await one(collection, idAt(1))), plain(second), 'nothing of the first is left')
    t.equal(await collection.count(), 1)
  })

  await storeTest(t, open, 'null and absent are the same', async (t, { make }) => {
    const collection = await make('Nulls')
    await collection.write([{ id: idAt(1), properties: { title: 'kept', body: null } }])
    t.same(plain(await one(collection, idAt(1))), { id: idAt(1), properties: { title: 'kept' } })
  })

  await storeTest(t, open, 'no objects, no ids: nothing to do', async (t, { make }) => {
    const collection = await make('Nothing')
    t.same(await collection.write([]), [])
    t.same(await collection.remove([]), [])
    t.same(await collection.readMany([], ALL), [])
    t.equal(await collection.count(), 0)
  })

  await storeTest(
    t,
    open,
    'removing says of each id, in order, whether it was there',
    async (t, { make }) => {
      const collection = await make('Remove')
      await collection.write([objectAt(1), objectAt(2), objectAt(3)])
      t.match(await collection.remove([idAt(3), idAt(99), idAt(1)]), [
        { ok: true, existed: true },
        { ok: true, existed: false },
        { ok: true, existed: true },
      ])
      t.match(await collection.remove([idAt(3)]), [{ ok: true, existed: false }], 'again')
      t.same((await collection.readMany([1, 2, 3].map(idAt), ALL)).map(plain), [plain(objectAt(2))])
      t.equal(await collection.count(), 1)
    },
  )

  await storeTest(t, open, 'what was given and what was read are copies', async (t, { make }) => {
    const collection = await make('Copies')
    const input = { id: idAt(1), properties: { title: 'as written', tags: ['a', 'b'] } }
    await collection.write([input])
    input.properties.title = 'changed after'
    input.properties.tags.push('c')
    const read = await one(collection, idAt(1))
    if (read !== undefined) read.properties.title = 'changed too'
    const expected = { id: idAt(1), properties: { title: 'as written', tags: ['a', 'b'] } }
    t.same(plain(await one(collection, idAt(1))), plain(expected))
  })

  await storeTest(t, open, 'thousands of ids are found, the missing ones left out', async (t, { make }) => {
    const collection = await make('Many')
    const objects = objectsUpTo(amounts.many)
    const outcomes = await collection.write(objects)
    t.equal(outcomes.length, objects.length)
    t.ok(outcomes.every(({ ok }) => ok))
    t.equal(await collection.count(), objects.length)
    const asked = Array.from({ length: 2 * amounts.many }, (_, n) => idAt(n)).reverse()
    const found = await collection.readMany(asked, { properties: [HASH_PROPERTY], vectors: false })
    t.same(sorted(found.map(({ id }) => id)), sorted(objects.map(({ id }) => id)))
    const wrong = found.filter((object) => {
      const written = objects.find(({ id }) => id === object.id)
      return object.properties[HASH_PROPERTY] !== written?.properties[HASH_PROPERTY]
    })
    t.same(wrong, [], 'each with its own hash')
    const removed = await collection.remove(asked.slice(amounts.many - 10))
    t.equal(removed.filter(({ existed }) => existed).length, amounts.many)
    t.equal(await collection.count(), 0)
  })

  await storeTest(t, open, 'more calls at once than maxInFlight wait their turn', async (t, { make }) => {
    const collection = await make('AtOnce')
    const calls = Array.from({ length: amounts.concurrent }, (_, n) => collection.write([objectAt(n)]))
    const outcomes = (await Promise.all(calls)).flat()
    t.ok(outcomes.every(({ ok }) => ok))
    t.equal(await collection.count(), amounts.concurrent)
  })
}
