// The laws of changing a collection that others live in: cut anywhere and undone, it is what it was; cut anywhere
// and given again, it is what it would have been.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { openDatabase } from '../../../lib/database/connection.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { runRestore } from '../../../lib/job/restore/restore.ts'
import type { RestoreSource } from '../../../lib/job/restore/source/source.ts'
import { runRollback } from '../../../lib/job/rollback/rollback.ts'
import { Journal } from '../../../lib/run/journal/journal.ts'
import type { State } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { splitReferences } from '../../../lib/transform/object/references.ts'
import { runs, tried } from '../../runs.ts'
import { changedStore } from '../changed.ts'
import { objectsOf } from '../restore/restored.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorIndexType: 'hnsw',
  vectorizer: 'none',
  properties: [
    { name: 'a', dataType: ['text'] },
    { name: 'b', dataType: ['text'] },
    { name: 'refs', dataType: ['Note'] },
  ],
}

const idOf = (n: number) => `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`

const NOTHING = { a: undefined, b: undefined, refs: undefined, vector: undefined }

const note = fc.record({
  n: fc.integer({ min: 0, max: 15 }),
  a: fc.constantFrom(undefined, 'one', 'two'),
  b: fc.constantFrom(undefined, 'three'),
  refs: fc.constantFrom(undefined, [1], [2, 3]),
  vector: fc.constantFrom(undefined, [1, 2], [3, 4]),
})
const notes = fc
  .uniqueArray(note, { selector: ({ n }) => n, minLength: 1, maxLength: 12 })
  .map((all) => all.map(objectOf).toSorted((x, y) => (x.id < y.id ? -1 : 1)))

interface Drawn {
  readonly n: number
  readonly a: string | undefined
  readonly b: string | undefined
  readonly refs: readonly number[] | undefined
  readonly vector: readonly number[] | undefined
}

function objectOf(drawn: Drawn): StoredObject {
  const { n, a, b, refs, vector } = drawn
  const links = refs?.map((to) => ({ beacon: `weaviate://localhost/Note/${idOf(to)}` }))
  const properties: JsonObject = { ...(a && { a }), ...(b && { b }), ...(links && { refs: links }) }
  return { id: idOf(n), properties, ...(vector && { vector: Float32Array.from(vector) }) }
}

const options = fc.record({
  onConflict: fc.constantFrom('skip', 'overwrite', 'merge', 'replace'),
  prefer: fc.constantFrom('archive', 'target'),
  onlyChanged: fc.boolean(),
})

const split = splitReferences({ from: NOTE, name: 'Note', leftOut: new Set() })

async function filled(objects: readonly StoredObject[]): Promise<Store> {
  const store = openMemory()
  await store.create(NOTE)
  const parts = objects.map(split)
  await store.collection('Note').write(parts.map(({ object }) => object))
  await store.collection('Note').link(parts.flatMap(({ links }) => links))
  return store
}

/** An archive of two parts. */
function sourceOf(objects: readonly StoredObject[]): RestoreSource {
  const half = Math.ceil(objects.length / 2)
  const parts = [objects.slice(0, half), objects.slice(half)].filter((some) => some.length > 0)
  return {
    name: 'an archive',
    kind: 'archive',
    identity: 'one',
    schema: NOTE,
    aliases: [],
    parts: parts.map((some, at) => ({
      name: `part ${at}`,
      objects: some.length,
      pages: async () => Readable.from([some], { objectMode: true }),
    })),
  }
}

/** The store until its n-th change: that one is made, or not, and nothing after it. */
function cutAt(store: Store, turn: number, isMade: boolean): Store {
  let changes = 0
  const cut = <T>(call: () => Promise<T>): Promise<T> => {
    changes += 1
    if (changes < turn) return call()
    return (changes === turn && isMade ? call().then(() => undefined) : Promise.resolve()).then(() => {
      throw new Error('cut')
    })
  }
  return changedStore(store, (collection: Collection) => ({
    write: (...given) => cut(() => collection.write(...given)),
    link: (...given) => cut(() => collection.link(...given)),
    remove: (...given) => cut(() => collection.remove(...given)),
  }))
}

let turn = 0

function stateIn(directory: string): State {
  const database = openDatabase(':memory:')
  turn += 1
  return {
    journal: new Journal(database),
    database,
    directory: `${directory}/${turn}`,
    close: () => database.close(),
  }
}

const SMALL: RestoreOptionsInput = { batchSize: 3, workers: 1, maxDelete: '100%' }
const cuts = fc.record({ turn: fc.integer({ min: 1, max: 9 }), isMade: fc.boolean() })
const RUNS = tried(runs(20))

t.test('cut anywhere, a restore that is undone, cut anywhere, leaves what was there', async (t) => {
  const directory = t.testdir()
  let undone = 0
  await fc.assert(
    fc.asyncProperty(notes, notes, options, cuts, cuts, async (ours, theirs, how, first, second) => {
      const store = await filled(theirs)
      const before = await objectsOf(store, 'Note')
      const state = stateIn(directory)
      const cut = cutAt(store, first.turn, first.isMade)
      const { report } = await runRestore(sourceOf(ours), cut, { ...SMALL, ...how } as RestoreOptionsInput, {
        state,
      })
      if (report.undo !== null) {
        await runRollback(cutAt(store, second.turn, second.isMade), report.id, {}, { state }).catch(() => {})
        const { report: back, error } = await runRollback(store, report.id, {}, { state })
        if (error !== undefined) throw error
        undone += back.put_back + back.removed
        if (back.left > 0) t.fail('nobody else has changed anything')
      }
      t.strictSame(await objectsOf(store, 'Note'), before)
      state.close()
    }),
    RUNS,
  )
  t.ok(undone > RUNS.numRuns / 4, `${undone} objects were undone`)
})

t.test('cut anywhere and given again, a restore ends as one that was not cut', async (t) => {
  const directory = t.testdir()
  await fc.assert(
    fc.asyncProperty(notes, notes, options, cuts, fc.boolean(), async (ours, theirs, how, cut, undo) => {
      const { turn, isMade } = cut
      // A merge of references knows from its undo alone which of them it kept.
      const all = { ...SMALL, ...how, undo: undo || how.onConflict === 'merge' } as RestoreOptionsInput
      const whole = await filled(theirs)
      const expected = await runRestore(sourceOf(ours), whole, all, {
        undoDirectory: `${directory}/whole`,
      })
      const store = await filled(theirs)
      const state = stateIn(directory)
      const { error: ended } = await runRestore(sourceOf(ours), cutAt(store, turn, isMade), all, { state })
      const { report, error } = await runRestore(sourceOf(ours), store, all, { state })
      if (error !== undefined) throw error
      t.strictSame(await objectsOf(store, 'Note'), await objectsOf(whole, 'Note'))
      if (ended !== undefined) t.strictSame(countsOf(report), countsOf(expected.report))
      state.close()
    }),
    RUNS,
  )
})

/** What an interrupted run has written itself counts as written, also where it keeps no undo. */
function countsOf({ objects, written, unchanged, skipped, rejected }: RestoreReport) {
  return { objects, written, unchanged, skipped, rejected }
}

t.test('an interrupted restore whose undo is gone does not go on as if it could be undone', async (t) => {
  const source = () => sourceOf(Array.from({ length: 8 }, (_, n) => objectOf({ ...NOTHING, n })))
  const all = { ...SMALL, onConflict: 'overwrite' } as const
  t.testdir()
  const begun = [
    { verify: true, turn: 4 },
    { verify: false, turn: 4 },
    // Before any part is finished: the first batch has arrived all the same.
    { verify: true, turn: 1 },
  ]
  for (const { verify, turn } of begun) {
    const directory = join(t.testdirName, `${verify} ${turn}`)
    const [store, state] = [await filled([]), stateIn(directory)]
    const { report } = await runRestore(source(), cutAt(store, turn, true), { ...all, verify }, { state })
    rmSync(report.undo!.directory, { recursive: true })
    const { error } = await runRestore(source(), store, all, { state })
    t.match(error, { code: 'ELYSIA_STATE', message: /no longer kept/ }, `verify ${verify}, cut at ${turn}`)
    t.match(await runRestore(source(), store, { ...all, undo: false }, { state }), {
      report: { status: 'done' },
    })
    state.close()
  }
})

const others = fc.uniqueArray(fc.record({ n: fc.integer({ min: 0, max: 15 }), isRemoved: fc.boolean() }), {
  selector: ({ n }) => n,
  maxLength: 6,
})

t.test('what others change after a restore stays when that is undone, and all else is undone', async (t) => {
  const undoDirectory = t.testdir()
  let left = 0
  await fc.assert(
    fc.asyncProperty(notes, notes, options, others, async (ours, theirs, how, changes) => {
      const store = await filled(theirs)
      const expected = new Map((await objectsOf(store, 'Note')).map((one) => [one.id, one]))
      const all = { ...SMALL, ...how } as RestoreOptionsInput
      const { report } = await runRestore(sourceOf(ours), store, all, { undoDirectory })
      const collection = store.collection('Note')
      for (const { n, isRemoved } of changes) {
        const object = { id: idOf(n), properties: { a: 'somebody else' } }
        if (!isRemoved) {
          await collection.write([object])
          expected.set(object.id, object)
          continue
        }
        // To remove what the restore has deleted changes nothing.
        const [removed] = await collection.remove([object.id])
        if (removed!.existed) expected.delete(object.id)
      }
      const { report: back, error } = await runRollback(store, report.id, {}, { undoDirectory })
      if (error !== undefined) throw error
      left += back.left
      const after = [...expected.values()].toSorted((x, y) => (x.id < y.id ? -1 : 1))
      t.strictSame(await objectsOf(store, 'Note'), after)
    }),
    RUNS,
  )
  t.ok(left > 0, `${left} were left: otherwise nothing was tried`)
})
