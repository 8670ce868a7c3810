import { Readable } from 'node:stream'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Health, Store } from '../../../lib/store/store.ts'
import { archiveOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'

const HEALTH: Health = {
  nodes: ['a', 'b', 'c'].map((name) => ({ name, status: 'HEALTHY' })),
  version: '1.40',
}

function proxy<T extends object>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (key in own) return Reflect.get(own, key) as unknown
      const value = Reflect.get(target, key) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

t.test(
  'a target that gives back another object than was written ends the restore as incomplete',
  async (t) => {
    const base = openMemory()
    let n = 0
    const lying = proxy<Store>(base, {
      collection: (name) => {
        const inner = base.collection(name)
        return proxy<Collection>(inner, {
          write: (objects, call) =>
            inner.write(
              objects.map((one) =>
                n++ === 7 && one.vector ? { ...one, vector: one.vector.map((x) => x + 1) } : one,
              ),
              call,
            ),
        })
      },
    })
    const source = archiveSource(await openArchive(memoryStorage(await archiveOf(50))))
    await t.rejects(restore(source, lying, {}), { code: 'ELYSIA_INCOMPLETE', message: /other objects/ })
  },
)

t.test('a copy that lacks an object is told from objects that were lost', async (t) => {
  const base = openMemory()
  const behind = changedStore(base, (inner) => ({
    read: (what, range, call) =>
      Readable.from(
        (async function* () {
          for await (const page of inner.read(what, range, call)) yield page.slice(1)
        })(),
      ),
  }))
  const { schema, ...source } = archiveSource(await openArchive(memoryStorage(await archiveOf(50))))
  const copied = { ...source, schema: { ...schema, replicationConfig: { factor: 3 } } }
  await t.rejects(
    restore(
      copied,
      changedStore(behind, () => ({}), { health: async () => HEALTH }),
      {},
    ),
    {
      code: 'ELYSIA_INCOMPLETE',
      message: /counts 50 objects of Thing.* but returned \d+: one of their copies lacks some/,
    },
  )
})
