import type { Test } from 'tap'
import type { Range } from '../../../lib/store/store.ts'
import {
  ALL,
  type Amounts,
  drain,
  IDS,
  idAt,
  type Open,
  objectAt,
  objectsUpTo,
  plain,
  sorted,
  storeTest,
} from './world.ts'

const EDGES = [
  '00000000-0000-0000-0000-000000000001',
  '0fffffff-ffff-ffff-ffff-ffffffffffff',
  '7fffffff-ffff-4fff-8fff-ffffffffffff',
  '80000000-0000-4000-8000-000000000000',
  'a0000000-0000-4000-8000-000000000000',
  'ffffffff-ffff-ffff-ffff-fffffffffffe',
] as const

/** Reading in order, in ranges, in pages, in part, and stopping. */
export async function readingTests(t: Test, open: Open, amounts: Amounts): Promise<void> {
  await storeTest(t, open, 'reading keeps the byte order of ids, from after to upTo', async (t, { make }) => {
    const collection = await make('Ranges')
    await collection.write([...EDGES].reverse().map((id) => ({ id, properties: { title: id } })))
    const ids = async (range?: Range) => (await drain(collection.read(IDS, range))).map(({ id }) => id)
    t.same(await ids(), EDGES)
    t.same(await ids({}), EDGES)
    t.same(await ids({ after: EDGES[2] }), EDGES.slice(3), 'after is left out')
    t.same(await ids({ after: '7fffffff-ffff-4fff-8fff-fffffffffffe' }), EDGES.slice(2), 'and need not exist')
    t.same(await ids({ upTo: EDGES[3] }), EDGES.slice(0, 4), 'upTo is included')
    t.same(
      await ids({ upTo: '90000000-0000-0000-0000-000000000000' }),
      EDGES.slice(0, 4),
      'and need not exist',
    )
    t.same(await ids({ after: EDGES[0], upTo: EDGES[4] }), EDGES.slice(1, 5))
    t.same(await ids({ after: EDGES[3], upTo: EDGES[2] }), [], 'an empty range')
    t.same(await ids({ after: EDGES[5] }), [], 'nothing after the last')
    t.same(await ids({ upTo: '00000000-0000-0000-0000-000000000000' }), [], 'nothing up to the least')
  })

  await storeTest(t, open, 'only the properties asked for are read', async (t, { make }) => {
    const collection = await make('Projection')
    await collection.write([objectAt(1, { body: 'long' })])
    const id = idAt(1)
    const read = async (properties: string[]) => {
      const what = { properties, vectors: false }
      const paged = await drain(collection.read(what))
      t.same((await collection.readMany([id], what)).map(plain), paged.map(plain), 'both ways alike')
      return paged.map(plain)
    }
    t.same(await read([]), [{ id, properties: {} }])
    t.same(await read(['title']), [{ id, properties: { title: 'title 1' } }])
    t.same(await read(['size', 'draft']), [{ id, properties: { size: 1 } }], 'an absent one is left out')
    t.same(await read(['record_hash']), [{ id, properties: { record_hash: 'hash 1' } }])
    t.same(await read(['record_hash', 'body']), [{ id, properties: { body: 'long', record_hash: 'hash 1' } }])
    t.same((await drain(collection.read(ALL))).map(plain), [plain(objectAt(1, { body: 'long' }))])
  })

  await storeTest(
    t,
    open,
    'a collection beyond one page comes whole, once, in order',
    async (t, { make }) => {
      const collection = await make('Pages')
      const objects = objectsUpTo(amounts.many)
      await collection.write(objects)
      const ids: string[] = []
      let pages = 0
      for await (const page of collection.read(IDS)) {
        t.ok(page.length > 0 && page.length < objects.length, 'a page is a part of it')
        ids.push(...page.map(({ id }) => id))
        pages += 1
      }
      t.ok(pages > 1)
      t.same(ids, sorted(objects.map(({ id }) => id)))
      const middle = ids[Math.floor(ids.length / 2)] as string
      const upper = (await drain(collection.read(IDS, { after: middle }))).map(({ id }) => id)
      const lower = (await drain(collection.read(IDS, { upTo: middle }))).map(({ id }) => id)
      t.same([...lower, ...upper], ids, 'two ranges that meet make up the whole')
    },
  )

  await storeTest(t, open, 'an aborted signal ends a read with its reason', async (t, { make }) => {
    const collection = await make('Aborted')
    const objects = objectsUpTo(amounts.many)
    await collection.write(objects)
    const controller = new AbortController()
    const reason = new Error('enough')
    let seen = 0
    const reading = async () => {
      for await (const page of collection.read(IDS, {}, { signal: controller.signal })) {
        seen += page.length
        controller.abort(reason)
      }
    }
    const thrown: unknown = await reading().catch((error: unknown) => error)
    t.equal(thrown, reason, 'never a short read that looks complete')
    t.ok(seen < objects.length)
    t.equal(await collection.count(), objects.length, 'the store goes on')
  })

  await storeTest(t, open, 'a signal that is aborted before does nothing', async (t, { make }) => {
    const collection = await make('Before')
    const reason = new Error('too late')
    const call = { signal: AbortSignal.abort(reason) }
    const thrown = (call: Promise<unknown>) => call.catch((error: unknown) => error)
    t.equal(await thrown(collection.write([objectAt(1)], call)), reason)
    t.equal(await thrown(collection.remove([idAt(1)], call)), reason)
    t.equal(await thrown(collection.readMany([idAt(1)], ALL, call)), reason)
    t.equal(await thrown(drain(collection.read(ALL, {}, call))), reason)
    t.equal(await thrown(collection.count(call)), reason)
    t.equal(await collection.count(), 0, 'nothing was written')
  })

  await storeTest(t, open, 'a reader may stop early, and write while it reads', async (t, { make }) => {
    const collection = await make('Early')
    const objects = objectsUpTo(amounts.many)
    await collection.write(objects)
    for await (const page of collection.read(IDS)) {
      t.ok(page.length > 0)
      break
    }
    const seen: string[] = []
    for await (const page of collection.read(IDS)) {
      const ids = page.map(({ id }) => id)
      seen.push(...ids)
      await collection.remove(ids)
    }
    t.same(seen, sorted(objects.map(({ id }) => id)), 'each object is met once')
    t.equal(await collection.count(), 0)
  })
}
