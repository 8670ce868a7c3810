// Objects that expire while they are restored, or had expired before: said, and no failure. Nothing else may be missing.
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { typedTexts } from '../../run/listening.ts'
import { idOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { sourceOf } from './restored.ts'

const COUNT = 30

/** Of ten objects in a row one has expired, three will, and six never do. */
async function archive(deleteOn = 'until'): Promise<Files> {
  const store = openMemory()
  await store.create({
    class: 'Note',
    vectorizer: 'none',
    objectTtlConfig: { enabled: true, deleteOn, defaultTtl: 60, filterExpiredObjects: true },
    properties: [
      { name: 'text', dataType: ['text'] },
      { name: 'until', dataType: ['date'] },
    ],
  })
  await store.collection('Note').write(
    Array.from({ length: COUNT }, (_, n) => {
      const until = n % 10 === 0 ? '2020-01-01T00:00:00Z' : n % 10 < 4 ? '2099-01-01T00:00:00Z' : undefined
      return { id: idOf(n, COUNT), properties: { text: `${n}`, ...(until !== undefined && { until }) } }
    }),
  )
  const files: Files = new Map()
  await backup(store, 'Note', memoryStorage(files), {})
  return files
}

/** A server, which gives these objects otherwise than they were written; undefined: not at all. */
function server(input: (object: StoredObject, n: number) => StoredObject | undefined): Store {
  return changedStore(
    openMemory(),
    (collection) => ({
      async *read(...words) {
        for await (const page of collection.read(...words)) {
          const seen = page.flatMap((one) => input(one, Number(one.properties.text)) ?? [])
          if (seen.length > 0) yield seen
        }
      },
    }),
    {
      kind: 'weaviate',
      health: async () => ({ version: '1.37.0', nodes: [{ name: 'n', status: 'HEALTHY' }] }),
    },
  )
}

async function restored(files: Files, store: Store, verify = true) {
  const said: string[] = []
  const onEvent = typedTexts(said)
  return { ...(await runRestore(await sourceOf(files), store, { verify }, { onEvent })), said }
}

t.test('what has expired is said, and the restore is done', async (t) => {
  const { report, error, said } = await restored(
    await archive(),
    server((one, n) => (n % 10 === 0 ? undefined : one)),
  )
  t.equal(error, undefined)
  t.match(report, { status: 'done', written: COUNT, verification: { count: 27, expected: 30, expired: 3 } })
  t.match(said.join('\n'), /objects_expired: 3 of 30 objects of Note had expired/)
})

t.test('where nothing has expired yet, all is compared', async (t) => {
  const { report } = await restored(
    await archive(),
    server((one) => one),
  )
  t.match(report, { status: 'done', verification: { count: 30, digest_equal: true } })
  const changed = server((one, n) =>
    n === 1 ? { ...one, properties: { ...one.properties, text: 'x' } } : one,
  )
  t.match((await restored(await archive(), changed)).error, { code: 'ELYSIA_INCOMPLETE' })
})

t.test('what never expires has to be there as it was', async (t) => {
  const missing = server((one, n) => (n === 5 || n % 10 === 0 ? undefined : one))
  t.match((await restored(await archive(), missing)).error, { code: 'ELYSIA_INCOMPLETE' })
  const other = server((one, n) =>
    n % 10 === 0 ? undefined : n === 5 ? { ...one, properties: { text: 'another' } } : one,
  )
  t.match((await restored(await archive(), other)).error, { code: 'ELYSIA_INCOMPLETE' })
})

t.test('where the time of writing counts, each of them may be gone', async (t) => {
  const files = await archive('_creationTimeUnix')
  const { report } = await restored(
    files,
    server((one, n) => (n < 7 ? undefined : one)),
  )
  t.match(report, { status: 'done', verification: { count: 23, expired: 7 } })
})

t.test('an embedded store deletes nothing by itself: all has to be there', async (t) => {
  const store = changedStore(openMemory(), (collection) => ({
    async *read(...words) {
      for await (const page of collection.read(...words)) yield page.slice(1)
    },
  }))
  t.match((await restored(await archive(), store)).error, { code: 'ELYSIA_INCOMPLETE' })
})
