import type { Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Projection } from '../../../lib/store/store.ts'
import { ALL, drain, idAt, type Open, objectAt, one, storeTest } from './world.ts'

const TIMED: Projection = { properties: [], vectors: false, times: true }

/** A server's clock may differ from ours by so much. */
const CLOCKS_MS = 5 * 60_000

const timesOf = ({ createdMs, updatedMs }: StoredObject) => [createdMs ?? Number.NaN, updatedMs ?? Number.NaN]

/** When objects were made and changed. */
export async function timeTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'an object tells its times where they are asked for', async (t, { make }) => {
    const collection = await make('Times')
    await collection.write([objectAt(1), objectAt(2)])
    const read = await drain(collection.read(TIMED))
    t.equal(read.length, 2)
    for (const object of read) {
      const [created = Number.NaN, updated = Number.NaN] = timesOf(object)
      t.ok(Number.isInteger(created) && Math.abs(created - Date.now()) < CLOCKS_MS, 'in milliseconds')
      t.ok(Number.isInteger(updated) && updated >= created)
    }
    const found = await collection.readMany([idAt(1), idAt(2)], TIMED)
    const sorted = (objects: StoredObject[]) => objects.sort((a, b) => (a.id < b.id ? -1 : 1)).map(timesOf)
    t.same(sorted(found), sorted(read), 'by their ids the same')
    const without = await one(collection, idAt(1), ALL)
    t.notOk(without && ('createdMs' in without || 'updatedMs' in without), 'and not where they are not')
  })

  await storeTest(t, open, 'an object that is replaced changes its time', async (t, { make }) => {
    const collection = await make('Changed')
    await collection.write([objectAt(1)])
    const before = await one(collection, idAt(1), TIMED)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await collection.write([objectAt(1, { body: 'new' })])
    const after = await one(collection, idAt(1), TIMED)
    t.ok(after!.updatedMs! > before!.updatedMs!)
    t.ok(after!.createdMs! >= before!.createdMs!, 'a server makes it again')
  })
}
