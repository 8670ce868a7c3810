// Vectors are made again by a run that is interrupted: what was made and paid for is not made once more.
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import type { RestoreContext } from '../../../../lib/job/restore/run.ts'
import { rollback } from '../../../../lib/job/rollback/rollback.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { changedStore } from '../../changed.ts'
import { COUNT, serverWithNotes } from './notes.ts'

const BATCH = 4

/** Notes, and a run that ended after two of three batches. */
async function interrupted(t: Test) {
  const { double, store, state, objects, source, kept } = await serverWithNotes(t)
  const options = { onConflict: 'overwrite', revectorize: true, batchSize: BATCH, workers: 1 } as const
  const remade = (on: Store, more: RestoreContext = {}) => runRestore(source, on, options, { state, ...more })
  const before = double.calls.embeddings
  const embeddings = () => double.calls.embeddings - before
  let batches = 2
  const broken = changedStore(store, (collection) => ({
    write: async (some, call) => {
      if (batches-- > 0) return collection.write(some, call)
      throw new ElysiaError('ELYSIA_STORE', 'the cable')
    },
  }))
  const { report } = await remade(broken)
  t.equal(embeddings(), 2 * BATCH)
  return { store, state, objects, remade, kept, embeddings, run: report.id }
}

t.test('the same command goes on with the objects that are left, and counts all of them', async (t) => {
  const { store, state, remade, kept, embeddings, run } = await interrupted(t)
  const { report, error } = await remade(store)
  t.equal(error, undefined)
  t.match(report, { id: run, status: 'done', written: COUNT, unchanged: 0 })
  t.equal(embeddings(), COUNT, 'each vector is made once')
  t.equal(await kept(), 0)
  t.match(await rollback(store, run, {}, { state }), { status: 'done', put_back: COUNT })
  t.equal(await kept(), COUNT)
})

t.test('interrupted twice, nothing is made twice', async (t) => {
  const { store, remade, embeddings } = await interrupted(t)
  const broken = changedStore(store, () => ({
    write: async () => {
      throw new ElysiaError('ELYSIA_STORE', 'the cable')
    },
  }))
  t.match((await remade(broken)).error, { code: 'ELYSIA_STORE' })
  t.equal((await remade(store)).error, undefined)
  t.equal(embeddings(), COUNT)
})

t.test('what others changed meanwhile is made again, and so is everything with --fresh', async (t) => {
  const { store, objects, remade, embeddings } = await interrupted(t)
  await store.collection('Note').write([{ ...objects[0]!, properties: { text: 'theirs' } }])
  t.match((await remade(store)).report, { status: 'done', written: COUNT })
  t.equal(embeddings(), COUNT + 1)
  const other = await interrupted(t)
  t.match((await other.remade(other.store, { fresh: true })).report, { status: 'done', written: COUNT })
  t.equal(other.embeddings(), 2 * BATCH + COUNT)
})

t.test('a rollback of the interrupted run brings all back, and then all vectors are made', async (t) => {
  const { store, state, remade, kept, embeddings, run } = await interrupted(t)
  t.match(await rollback(store, run, {}, { state }), { status: 'done', put_back: COUNT, left: 0 })
  t.equal(await kept(), COUNT)
  t.match((await remade(store)).report, { status: 'done', written: COUNT })
  t.equal(await kept(), 0)
  t.equal(embeddings(), 2 * BATCH + COUNT)
})
