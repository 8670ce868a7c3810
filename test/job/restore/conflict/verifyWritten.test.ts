import { Readable } from 'node:stream'
import t from 'tap'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import type { RestoreSource } from '../../../../lib/job/restore/source/source.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { changedStore } from '../../changed.ts'

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

/** Notes that each refer to the first one. */
function source(): RestoreSource {
  const refs = [{ beacon: `weaviate://localhost/Note/${idOf(0)}` }]
  const notes = Array.from({ length: OBJECTS }, (_, n) => ({ id: idOf(n), properties: { title: 'a', refs } }))
  const pages = async () => Readable.from([notes], { objectMode: true })
  const parts = [{ name: 'all', objects: OBJECTS, pages }]
  return { name: 'it', kind: 'archive', identity: 'it', schema: NOTE, aliases: [], parts }
}

/** A store that refuses the references of the first note, and takes those of some others without keeping them. */
async function losing(lost: readonly number[]): Promise<Store> {
  const store = openMemory()
  await store.create(NOTE)
  await store.collection('Note').write([{ id: idOf(1), properties: { title: 'mine' } }])
  const ids = lost.map(idOf)
  return changedStore(store, (collection: Collection) => ({
    link: async (links, options) => {
      await collection.link(
        links.filter(({ id }) => id !== idOf(0) && !ids.includes(id)),
        options,
      )
      return links.map(({ id }) => (id === idOf(0) ? { ok: false, reason: 'no' } : { ok: true }))
    },
  }))
}

t.test('a reference that the store refuses excuses one object without it, and no other', async (t) => {
  const undoDirectory = t.testdir()
  const how = { onConflict: 'overwrite' } as const
  const refused = await runRestore(source(), await losing([]), how, { undoDirectory })
  t.equal(refused.error, undefined)
  t.match(refused.report, { status: 'done', references_rejected: 1, verification: { count: OBJECTS } })
  const { report, error } = await runRestore(source(), await losing([3, 4]), how, { undoDirectory })
  t.match(error, { code: 'ELYSIA_INCOMPLETE', message: /^2 objects of Note .* are not what was written: / })
  t.match(report, { status: 'failed', references_rejected: 1 })
})
