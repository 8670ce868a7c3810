import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { runRollback } from '../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store, WriteOutcome } from '../../../lib/store/store.ts'
import { changedStore } from '../changed.ts'
import { directory } from '../targets.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorizer: 'none',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'refs', dataType: ['Note'] },
  ],
}
const OBJECTS = 6

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

function notes(title: string): StoredObject[] {
  return Array.from({ length: OBJECTS }, (_, n) => ({ id: idOf(n), properties: { title } }))
}

/** A collection that a restore has overwritten, one of whose objects had a reference. */
async function overwritten(t: Test) {
  const store = openMemory()
  await store.create(NOTE)
  const collection = store.collection('Note')
  await collection.write(notes('before'))
  const beacons = [`weaviate://localhost/Note/${idOf(1)}`]
  await collection.link([{ id: idOf(0), property: 'refs', beacons }])
  const pages = async () => Readable.from([notes('archive')], { objectMode: true })
  const parts = [{ name: 'all', objects: OBJECTS, pages }]
  const source = { name: 'it', kind: 'archive', identity: 'it', schema: NOTE, aliases: [], parts } as const
  const context = { undoDirectory: directory(t) }
  const { id } = await restore(source, store, { onConflict: 'overwrite' }, context)
  return { store, id, context }
}

/** Takes all objects, and keeps other titles of the named ones. */
function losing(store: Store, lost: readonly string[], refusesLinks = false): Store {
  return changedStore(store, (collection) => ({
    write: (objects, options) =>
      collection.write(
        objects.map((one) => (lost.includes(one.id) ? { ...one, properties: { title: 'other' } } : one)),
        options,
      ),
    link: async (links, options) =>
      refusesLinks
        ? links.map((): WriteOutcome => ({ ok: false, reason: 'no' }))
        : collection.link(links, options),
  }))
}

t.test('what the store does not hold as it was put back is named, and no rollback is done', async (t) => {
  const { store, id, context } = await overwritten(t)
  const { report, error } = await runRollback(losing(store, [idOf(3)]), id, {}, context)
  const message = new RegExp(`^1 object of Note is not as before ${id}: ${idOf(3)}$`)
  t.match(error, { code: 'ELYSIA_INCOMPLETE', message })
  t.match(report, { status: 'failed', verified: OBJECTS - 1 })
  t.match((await runRollback(store, id, { force: true }, context)).report, {
    status: 'done',
    verified: OBJECTS,
  })
})

t.test('a reference that the store refuses excuses one object, and no other', async (t) => {
  const { store, id, context } = await overwritten(t)
  const { report, error } = await runRollback(losing(store, [], true), id, {}, context)
  t.equal(error, undefined)
  t.match(report, { status: 'done', references_rejected: 1, verified: OBJECTS - 1 })
  const other = await overwritten(t)
  const failed = await runRollback(losing(other.store, [idOf(3)], true), other.id, {}, other.context)
  t.match(failed.error, { code: 'ELYSIA_INCOMPLETE', message: /^2 objects of Note are not as before/ })
})
