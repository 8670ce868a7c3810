import type { Test } from 'tap'
import { fails, idAt, type Open, objectAt, storeTest } from './world.ts'

/** All of it or none of it. */
export async function transactionTests(t: Test, open: Open): Promise<void> {
  await storeTest(
    t,
    open,
    'what a transaction did is there afterwards, and its answer comes back',
    async (t, { store, make }) => {
      const collection = await make('Commit')
      const answer = await store.transaction?.(async () => {
        await collection.write([objectAt(1), objectAt(2)])
        t.equal(await collection.count(), 2, 'it sees its own writes')
        await collection.remove([idAt(2)])
        return 'done'
      })
      t.equal(answer, 'done')
      t.equal(await collection.count(), 1)
    },
    'transactions',
  )

  await storeTest(
    t,
    open,
    'a transaction that throws leaves nothing, and its error comes through',
    async (t, { store, make, name }) => {
      const collection = await make('Rollback')
      await collection.write([objectAt(1)])
      const error = new Error('changed my mind')
      const work = async () => {
        await collection.write([objectAt(2)])
        await collection.remove([idAt(1)])
        await make('Inside')
        throw error
      }
      const thrown: unknown = await store.transaction?.(work).catch((caught: unknown) => caught)
      t.equal(thrown, error)
      t.equal(await collection.count(), 1)
      t.match(await collection.remove([idAt(1), idAt(2)]), [{ existed: true }, { existed: false }])
      t.equal(await store.schema(name('Inside')), undefined, 'nor a collection')
    },
    'transactions',
  )

  await storeTest(
    t,
    open,
    'transactions run one at a time, never nested',
    async (t, { store, make }) => {
      const collection = await make('Turns')
      const turn = (n: number) =>
        store.transaction?.(async () => {
          const before = await collection.count()
          await new Promise((resolve) => setImmediate(resolve))
          await collection.write([objectAt(n)])
          return before
        })
      t.same(await Promise.all([turn(1), turn(2), turn(3)]), [0, 1, 2])
      const nested = () => store.transaction?.(async () => turn(4)) ?? Promise.resolve()
      await fails(t, nested, 'ELYSIA_STORE', 'one inside another')
      t.equal(await collection.count(), 3)
    },
    'transactions',
  )
}
