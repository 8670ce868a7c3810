// Vectors of a collection that exists are made again: each object is kept, removed and written again.
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { changedStore } from '../../changed.ts'
import { objectsOf } from '../restored.ts'
import { COUNT, serverWithNotes } from './notes.ts'

/** Notes, and what makes their vectors again. */
async function filled(t: Test) {
  const { source, ...notes } = await serverWithNotes(t)
  const { state } = notes
  const remade = (on: Store, more: RestoreOptionsInput = {}) =>
    runRestore(source, on, { onConflict: 'overwrite', revectorize: true, ...more }, { state })
  return { ...notes, remade }
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
