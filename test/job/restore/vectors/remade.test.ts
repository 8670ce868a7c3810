// Vectors of a collection that exists are made again: each object is kept, removed and written again.
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import type { Source } from '../../../../lib/core/stage.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import type { RestoreSource } from '../../../../lib/job/restore/source/source.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openStore } from '../../../../lib/store/open.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { FAKE_VECTORIZER } from '../../../double/class/vectorizer.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { idOf } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { directory } from '../../targets.ts'
import { objectsOf } from '../restored.ts'

const COUNT = 12
const NOTE: CollectionSchema = {
  class: 'Note',
  vectorizer: FAKE_VECTORIZER,
  vectorIndexType: 'hnsw',
  properties: [{ name: 'text', dataType: ['text'] }],
}
const OURS = Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9)

/** A server that has objects with vectors of their own. */
async function filled(t: Test) {
  const double = await weaviateDouble({ vectorizer: 'fake' })
  t.teardown(() => double.stop())
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  const objects: StoredObject[] = Array.from({ length: COUNT }, (_, n) => ({
    id: idOf(n, COUNT),
    properties: { text: `${n}` },
    vector: OURS,
  }))
  const pages = async () => Readable.from([objects]) as Source<readonly StoredObject[]>
  const parts = [{ name: 'all', pages }]
  const source: RestoreSource = {
    name: 'notes',
    kind: 'collection',
    identity: 'notes',
    schema: NOTE,
    aliases: [],
    parts,
  }
  await store.create(NOTE)
  await store.collection('Note').write(objects)
  const remade = (on: Store, more: RestoreOptionsInput = {}) =>
    runRestore(source, on, { onConflict: 'overwrite', revectorize: true, ...more }, { state })
  const kept = async () =>
    (await objectsOf(store, 'Note')).filter(({ vector }) => vector?.[0] === OURS[0]).length
  return { double, store, state, objects, remade, kept }
}

t.test(
  'as many vectors are made as there are objects, and a rollback brings back the old ones',
  async (t) => {
    const { double, store, state, remade, kept } = await filled(t)
    for (const onConflict of ['overwrite', 'replace'] as const) {
      const before = double.calls.embeddings
      const { report, error } = await remade(store, { onConflict })
      t.equal(error, undefined)
      t.match(report, { status: 'done', written: COUNT })
      t.equal(double.calls.embeddings - before, COUNT, onConflict)
      t.equal(await kept(), 0)
      const taken = await rollback(store, report.id, {}, { state })
      t.match(taken, { status: 'done' })
      t.equal(await kept(), COUNT)
    }
  },
)

t.test(
  'stopped between the removal and the writing, the same command goes on, and can be undone',
  async (t) => {
    const { store, state, remade, kept } = await filled(t)
    const broken = changedStore(store, () => ({
      write: async () => {
        throw new ElysiaError('ELYSIA_STORE', 'the cable')
      },
    }))
    const { report, error } = await remade(broken)
    t.match(error, { code: 'ELYSIA_STORE' })
    t.equal((await objectsOf(store, 'Note')).length, 0, 'all of the batch is removed')
    const again = await remade(store)
    t.equal(again.error, undefined)
    t.match(again.report, { id: report.id, written: COUNT })
    t.equal(await kept(), 0)
    t.match(await rollback(store, report.id, {}, { state }), { status: 'done', put_back: COUNT })
    t.equal(await kept(), COUNT)
  },
)

t.test('an object that the store refuses has what it had', async (t) => {
  const { store, remade, kept } = await filled(t)
  let refusals = 1
  const strict = changedStore(store, (collection) => ({
    write: async (objects, call) => {
      if (refusals-- <= 0) return collection.write(objects, call)
      return objects.map(() => ({ ok: false, reason: 'the module is down' }))
    },
  }))
  const { report } = await remade(strict)
  t.match(report, { written: 0, rejected: { store_rejected: COUNT } })
  t.equal(await kept(), COUNT)
})

t.test('so has one that an interrupted run had removed, and whose new state the store refuses', async (t) => {
  const { store, remade, kept } = await filled(t)
  const broken = changedStore(store, () => ({
    write: async () => {
      throw new ElysiaError('ELYSIA_STORE', 'the cable')
    },
  }))
  await remade(broken)
  t.equal((await objectsOf(store, 'Note')).length, 0)
  let isFirst = true
  const strict = changedStore(store, (collection) => ({
    write: async (objects, call) => {
      if (!isFirst) return collection.write(objects, call)
      isFirst = false
      const taken = await collection.write(objects.slice(1), call)
      return [{ ok: false, reason: 'the module is down' }, ...taken]
    },
  }))
  const { report } = await remade(strict)
  t.match(report, { written: COUNT - 1, rejected: { store_rejected: 1 } })
  t.equal((await objectsOf(store, 'Note')).length, COUNT, 'nothing is missing')
  t.equal(await kept(), 1, 'the refused one is as it was')
})

t.test('what others made of it between two interruptions is put back, as a rollback would', async (t) => {
  const { store, remade, objects } = await filled(t)
  const broken = changedStore(store, () => ({
    write: async () => {
      throw new ElysiaError('ELYSIA_STORE', 'the cable')
    },
  }))
  await remade(broken)
  await store.collection('Note').write(objects.map((one) => ({ ...one, properties: { text: 'theirs' } })))
  await remade(broken)
  t.equal((await objectsOf(store, 'Note')).length, 0, 'removed twice')
  let refusals = 1
  const strict = changedStore(store, (collection) => ({
    write: async (some, call) => {
      if (refusals-- <= 0) return collection.write(some, call)
      return some.map(() => ({ ok: false, reason: 'the module is down' }))
    },
  }))
  t.match((await remade(strict)).report, { rejected: { store_rejected: COUNT } })
  const texts = (await objectsOf(store, 'Note')).map(({ properties }) => properties.text)
  t.strictSame(texts, Array(COUNT).fill('theirs'))
})

t.test('an object that cannot be put back either is named', async (t) => {
  const { store, remade, kept } = await filled(t)
  const strict = changedStore(store, () => ({
    write: async (objects) => objects.map(() => ({ ok: false, reason: 'the module is down' })),
  }))
  const { report } = await remade(strict)
  t.match(report, { rejected: { store_rejected: COUNT } })
  t.match(report.reject_reasons, [{ reason: /the module is down; its former state was removed.*rollback/ }])
  t.equal(await kept(), 0)
})
