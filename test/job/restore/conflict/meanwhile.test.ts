// What each strategy may make of objects that somebody else changes at the same time, and what a rollback may.
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import type { Json, StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import type { RestoreSource } from '../../../../lib/job/restore/source/source.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { runs, tried } from '../../../runs.ts'
import { changedStore } from '../../changed.ts'
import { objectsOf } from '../restored.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorizer: 'none',
  properties: [
    { name: 'a', dataType: ['text'] },
    { name: 'b', dataType: ['text'] },
  ],
}

const idOf = (n: number) => `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`

/** Objects in order of id, whose texts begin with `of`, so that each shows where it is from. */
const notesOf = (of: string, minLength: number) => {
  const text = fc.constantFrom(undefined, `${of} 1`, `${of} 2`)
  const note = fc.record({ n: fc.integer({ min: 0, max: 11 }), a: text, b: text })
  return fc
    .uniqueArray(note, { selector: ({ n }) => n, minLength, maxLength: 10 })
    .map((all) => all.toSorted((x, y) => x.n - y.n).map(objectOf))
}

function objectOf({ n, a, b }: { n: number; a: string | undefined; b: string | undefined }): StoredObject {
  return { id: idOf(n), properties: { ...(a && { a }), ...(b && { b }) } }
}

type Strategy = 'skip' | 'overwrite' | 'merge'
const options = fc.record({
  onConflict: fc.constantFrom<Strategy>('skip', 'overwrite', 'merge'),
  onlyChanged: fc.boolean(),
})
const writer = fc.record({
  turn: fc.integer({ min: 1, max: 8 }),
  isAfter: fc.boolean(),
  writes: notesOf('writer', 0),
  removes: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }).map((all) => all.map(idOf)),
})

function sourceOf(objects: readonly StoredObject[]): RestoreSource {
  const pages = async () => Readable.from([objects], { objectMode: true })
  const parts = [{ name: 'all', objects: objects.length, pages }]
  return { name: 'it', kind: 'archive', identity: 'it', schema: NOTE, aliases: [], parts }
}

/** The store with a writer that changes it once: before or after the n-th look or write. */
function beside(store: Store, at: { turn: number; isAfter: boolean }, change: () => Promise<void>): Store {
  let turn = 0
  const aside = async <T>(call: () => Promise<T>): Promise<T> => {
    turn += 1
    const isDue = turn === at.turn
    if (isDue && !at.isAfter) await change()
    const answer = await call()
    if (isDue && at.isAfter) await change()
    return answer
  }
  return changedStore(store, (collection: Collection) => ({
    readMany: (...given) => aside(() => collection.readMany(...given)),
    write: (...given) => aside(() => collection.write(...given)),
  }))
}

type Found = StoredObject | undefined

function outcome(strategy: Strategy, archive: StoredObject, there: Found): StoredObject {
  if (there === undefined || strategy === 'overwrite') return archive
  if (strategy === 'skip') return there
  return { id: archive.id, properties: { ...there.properties, ...archive.properties } }
}

const text = (object: Found) => {
  const { a = null, b = null } = (object?.properties ?? {}) as Record<string, Json>
  return object === undefined ? 'nothing' : JSON.stringify([a, b])
}
const byId = (all: readonly StoredObject[]) => new Map(all.map((one) => [one.id, one]))
const RUNS = tried(runs(60))

t.test('what others write at the same time stays, or has lost a race for its own object alone', async (t) => {
  const undoDirectory = t.testdir()
  const seen = { kept: 0, lost: 0, left: 0 }
  await fc.assert(
    fc.asyncProperty(notesOf('archive', 1), notesOf('before', 0), options, writer, async (...drawn) => {
      const [ours, theirs, { onConflict, onlyChanged }, { writes, removes, ...at }] = drawn
      const store = openMemory()
      await store.create(NOTE)
      const collection = store.collection('Note')
      await collection.write(theirs)
      let hasChanged = false
      const busy = beside(store, at, async () => {
        hasChanged = true
        await collection.write(writes)
        await collection.remove(removes)
      })
      const how = { onConflict, onlyChanged, batchSize: 3, workers: 1, verify: false }
      const { report, error } = await runRestore(sourceOf(ours), busy, how, { undoDirectory })
      if (error !== undefined) throw error
      const [archive, before] = [byId(ours), byId(theirs)]
      const removed = new Set(removes)
      const written = byId(writes.filter(({ id }) => !removed.has(id)))
      const touched = new Set(hasChanged ? [...removes, ...writes.map(({ id }) => id)] : [])
      const theirOwn = new Set<string>()
      const hold = async (allowed: (id: string) => readonly Found[], when: string) => {
        const now = byId(await objectsOf(store, 'Note'))
        for (let n = 0; n < 12; n++) {
          const [is, may] = [text(now.get(idOf(n))), allowed(idOf(n)).map(text)]
          if (!may.includes(is)) t.fail(`${when}: ${idOf(n)} is ${is}, and not ${may.join(' or ')}`)
          if (!touched.has(idOf(n))) continue
          if (is !== text(written.get(idOf(n)))) seen.lost += 1
          else if (is === 'nothing' || is.includes('writer')) theirOwn.add(idOf(n))
        }
      }
      await hold((id) => {
        const [one, was, other] = [archive.get(id), before.get(id), written.get(id)]
        if (one === undefined) return [touched.has(id) ? other : was]
        const usual = outcome(onConflict, one, was)
        if (!touched.has(id)) return [usual]
        const isSent = was === undefined || onConflict !== 'skip'
        return [other, outcome(onConflict, one, other), ...(isSent ? [usual] : [])]
      }, 'restored')
      const { left } = await rollback(store, report.id, {}, { undoDirectory })
      seen.left += left
      await hold((id) => {
        if (theirOwn.has(id)) return [written.get(id)]
        return touched.has(id) ? [written.get(id), before.get(id)] : [before.get(id)]
      }, 'taken back')
      seen.kept += theirOwn.size
    }),
    RUNS,
  )
  const least = RUNS.numRuns / 10
  for (const [what, count] of Object.entries(seen)) t.ok(count > least, `${count} objects ${what}`)
})
