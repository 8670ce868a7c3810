// What is unchanged is found by reading source and collection side by side, and not looked up by id.
import t from 'tap'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { archiveOf, THING, thing } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { directory } from '../../targets.ts'
import { objectsOf, SMALL, sourceOf } from '../restored.ts'

const OBJECTS = 400

/** A store that counts what is looked up by id and what is written. */
function counting(store: Store) {
  const counts = { lookedUp: 0, written: 0 }
  const counted = changedStore(store, (collection: Collection) => ({
    readMany: (ids, ...given) => {
      counts.lookedUp += ids.length
      return collection.readMany(ids, ...given)
    },
    write: (objects, ...given) => {
      counts.written += objects.length
      return collection.write(objects, ...given)
    },
  }))
  return { counted, counts }
}

async function filled(more: number): Promise<Store> {
  const store = openMemory()
  await store.create(THING)
  const own = Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS))
  const changed = own.map((one, n) => (n % 100 === 0 ? { ...one, properties: { title: 'mine' } } : one))
  const others = Array.from({ length: more }, (_, n) => thing(n + 1, 9973))
  await store.collection('Thing').write([...changed, ...others])
  return store
}

const CHANGED = { onConflict: 'overwrite', onlyChanged: true } as const

t.test(
  'of a collection in which one in a hundred has changed, as many are looked up and written',
  async (t) => {
    const store = await filled(0)
    const { counted, counts } = counting(store)
    const context = { undoDirectory: directory(t) }
    const report = await restore(await sourceOf(await archiveOf(OBJECTS, SMALL)), counted, CHANGED, context)
    t.match(report, { objects: OBJECTS, written: 4, unchanged: OBJECTS - 4, undo: { objects: 4 } })
    t.same(counts, { written: 4, lookedUp: 8 }, 'before they are written, and when they are read back')
    t.same(
      (await objectsOf(store, 'Thing')).map(({ properties }) => properties),
      Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS).properties),
    )
  },
)

t.test('of a collection that is many times larger, objects are looked up by id', async (t) => {
  const { counted, counts } = counting(await filled(4 * OBJECTS))
  const context = { undoDirectory: directory(t) }
  const report = await restore(await sourceOf(await archiveOf(OBJECTS, SMALL)), counted, CHANGED, context)
  t.match(report, { written: 4, unchanged: OBJECTS - 4 })
  t.same(counts, { written: 4, lookedUp: OBJECTS + 4 })
})
