import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { idRanges } from '../../../lib/store/idRanges.ts'
import type { Store } from '../../../lib/store/store.ts'
import { changedStore } from '../changed.ts'
import { idOf, thing, things } from './archived.ts'

/** A store that gives these pages, whatever it is asked for. */
async function giving(pages: readonly (readonly number[])[], count: number): Promise<Store> {
  return changedStore(await things(count), () => ({
    async *read() {
      for (const page of pages) yield page.map((n) => thing(n, count))
    },
  }))
}

async function refusedBy(store: Store): Promise<(string | undefined)[]> {
  const files: Files = new Map()
  const stream = new PassThrough().resume()
  const ended = await Promise.allSettled([
    backup(store, 'Thing', memoryStorage(files), { compression: 'none', allowMissingVectors: true }),
    backupSingle(store, 'Thing', { stream, location: '-' }, { compression: 'none' }),
  ])
  if (files.has('manifest.json')) return ['an archive']
  return ended.map((one) => (one.status === 'rejected' ? (one.reason as { code?: string }).code : 'done'))
}

t.test(
  'ids that are out of order, repeated or empty pages are a fault of the store, not an archive',
  async (t) => {
    const cases: Readonly<Record<string, number[][]>> = {
      'a page again': [[0, 1], [0, 1], [2]],
      'a page that goes back': [
        [2, 3],
        [0, 1],
      ],
      'two the wrong way round': [[0, 2, 1, 3]],
      'one twice': [[0, 1, 1, 2]],
      'an empty page': [[0, 1], [], [2, 3]],
    }
    for (const [name, pages] of Object.entries(cases))
      t.strictSame(await refusedBy(await giving(pages, 4)), ['ELYSIA_STORE', 'ELYSIA_STORE'], name)
  },
)

t.test('whatever the order, only that of ids becomes an archive', async () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 })
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 1, max: 8 }), async (ids, size) => {
      const pages = Array.from({ length: Math.ceil(8 / size) }, (_, n) => ids.slice(n * size, (n + 1) * size))
      const isOrdered = ids.every((id, n) => id === n)
      const codes = await refusedBy(await giving(pages, 8))
      return codes.every(
        (code) => (code === 'an archive') === isOrdered && (isOrdered || code === 'ELYSIA_STORE'),
      )
    }),
    { numRuns: 40, examples: [[[0, 1, 2, 3, 4, 5, 6, 7], 3]] },
  )
})

t.test('objects of beyond the range that was asked for are a fault of the store', async (t) => {
  const inner = await things(6000)
  const store = changedStore(inner, (collection) => ({
    read: (what, { after } = {}, call) => collection.read(what, after === undefined ? {} : { after }, call),
  }))
  await t.rejects(backup(store, 'Thing', memoryStorage(), {}), { code: 'ELYSIA_STORE', message: /up to/ })
})

t.test('a store that gives the first page for ever ends a backup, and the search for ranges', async (t) => {
  const inner = await things(10)
  const store = changedStore(inner, () => ({
    async *read(): AsyncGenerator<StoredObject[]> {
      for (;;) yield [thing(0, 10), thing(1, 10)]
    },
  }))
  t.strictSame(await refusedBy(store), ['ELYSIA_STORE', 'ELYSIA_STORE'])
  await t.rejects(idRanges(store.collection('Thing'), 100_000, 4, {}), {
    code: 'ELYSIA_STORE',
    message: new RegExp(idOf(0, 10)),
  })
})
