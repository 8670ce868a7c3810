// What is written, deleted, expired or kept back while a backup goes on.
import { PassThrough } from 'node:stream'
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { typedTexts } from '../../run/listening.ts'
import { changedStore } from '../changed.ts'
import { hurry } from '../hurry.ts'
import { idOf, THING, thing, things } from './archived.ts'

const COUNT = 300
const YEAR_MS = 365 * 24 * 3600 * 1000
/** Nothing is read to choose a compression. */
const PLAIN = { compression: 'none' } as const

/** Into a directory in memory, and into a pipe. */
const WAYS: Readonly<Record<string, (store: Store, said: string[]) => Promise<number>>> = {
  async directory(store, said) {
    const files: Files = new Map()
    const { report } = await backup(store, 'Thing', memoryStorage(files), PLAIN, circumstances(said))
    const { status, objects_checked } = await verify(memoryStorage(files), { level: 'records' })
    return status === 'complete' && objects_checked === report.objects ? report.objects : -1
  },
  async pipe(store, said) {
    const stream = new PassThrough().resume()
    const out = { stream, location: '-' }
    return (await backupSingle(store, 'Thing', out, PLAIN, circumstances(said))).report.objects
  },
}

function circumstances(said: string[]) {
  return {
    onEvent: typedTexts(said),
  }
}

for (const [way, into] of Object.entries(WAYS)) {
  t.test(
    `what is deleted ahead of the scan and written behind it is a notice with all counts (${way})`,
    async (t) => {
      const inner = await things(COUNT)
      let done = false
      const store = changedStore(inner, (collection) => ({
        async *read(...args) {
          for await (const page of collection.read(...args)) {
            if (page.length < 2) {
              yield page
              continue
            }
            yield page.slice(0, page.length >> 1)
            const rest = page.slice(page.length >> 1)
            if (!done) {
              done = true
              await collection.remove([rest.at(-1)!.id])
              await collection.write([{ ...thing(1), id: '00000000-0000-4000-8000-00000000aaaa' }])
              rest.pop()
            }
            yield rest
          }
        },
      }))
      const said: string[] = []
      t.equal(await into(store, said), COUNT - 1)
      t.match(
        said.find((text) => text.startsWith('written_meanwhile')),
        new RegExp(`${COUNT} objects before .* ${COUNT} after .* ${COUNT - 1}`),
      )
    },
  )

  t.test(`what the store counts and never gives is no backup (${way})`, async (t) => {
    hurry(t)
    const store = changedStore(await things(COUNT), without(idOf(7, COUNT)))
    await t.rejects(into(store, []), { code: 'ELYSIA_INCOMPLETE', message: /300 objects.* 299/ })
  })

  t.test(`what a server did not give at first, though it was there, is no backup (${way})`, async (t) => {
    const old = await oldThings()
    let scans = 0
    const flaky = changedStore(
      old,
      (collection) => ({
        read: (what, range, call) =>
          what.times === true && scans++ === 0
            ? without(idOf(7, COUNT))(collection).read(what, range, call)
            : collection.read(what, range, call),
      }),
      { kind: 'weaviate' },
    )
    await t.rejects(into(flaky, []), {
      code: 'ELYSIA_INCOMPLETE',
      message: way === 'pipe' ? /had 1 object before/ : new RegExp(idOf(7, COUNT)),
    })
  })

  t.test(`expired objects, which the store counts and does not return, are said (${way})`, async (t) => {
    const objectTtlConfig = { enabled: true, deleteOn: 'until', defaultTtl: 0, filterExpiredObjects: true }
    const store = changedStore(await things(COUNT, { ...THING, objectTtlConfig }), without(idOf(7, COUNT)))
    const said: string[] = []
    t.equal(await into(store, said), COUNT - 1)
    t.match(said.join('\n'), /expired_counted: the store counts 300 objects of Thing and returned 299/)
  })
}

t.test('a schema that grew while the scan went on is no backup', async (t) => {
  const inner = await things(COUNT)
  const store = changedStore(inner, (collection) => ({
    async *read(...args) {
      yield* collection.read(...args)
      const grown = (await inner.schema('Thing'))!.properties!.some(({ name }) => name === 'more')
      if (!grown) await inner.addProperty('Thing', { name: 'more', dataType: ['text'] })
    },
  }))
  for (const into of Object.values(WAYS))
    await t.rejects(into(await fresh(store, inner), []), {
      code: 'ELYSIA_INCOMPLETE',
      message: /properties.more/,
    })
})

/** The same store with the schema of the beginning. */
async function fresh(store: Store, inner: Store): Promise<Store> {
  await inner.drop('Thing')
  await inner.create(THING)
  await inner.collection('Thing').write([thing(1)])
  return store
}

async function oldThings(): Promise<Store> {
  const store = openMemory()
  await store.create(THING)
  const objects: StoredObject[] = Array.from({ length: COUNT }, (_, n) => ({
    ...thing(n, COUNT),
    createdMs: Date.now() - YEAR_MS,
  }))
  await store.collection('Thing').write(objects)
  return store
}

/** Reads all but one object. */
function without(id: string): (collection: Collection) => Pick<Collection, 'read'> {
  return (collection) => ({
    async *read(...args) {
      for await (const page of collection.read(...args)) {
        const rest = page.filter((object) => object.id !== id)
        if (rest.length > 0) yield rest
      }
    },
  })
}
