// A transform that changes texts which a vectorizer reads: what becomes of the vectors that came with them.
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openStore } from '../../../../lib/store/open.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import type { Transform } from '../../../../lib/transform/transform.ts'
import { FAKE_VECTORIZER } from '../../../double/class/vectorizer.ts'
import { embed } from '../../../double/class/vectors.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { THING, thing, things } from '../../backup/archived.ts'
import { objectsOf, sourceOf } from '../restored.ts'

const CLASS = { ...THING, vectorizer: FAKE_VECTORIZER, vectorIndexType: 'hnsw' }

/** Changes the title of each tenth object. */
const tenths: Transform = {
  name: 'tenths',
  bind: (schema) => ({
    schema,
    touches: new Set(['title']),
    objects: (page) => ({
      objects: page.map((one) =>
        Number(one.properties.count) % 10 === 0
          ? { ...one, properties: { ...one.properties, title: 'changed' } }
          : one,
      ),
      rejects: [],
      filtered: 0,
    }),
  }),
}

async function archived(count: number, vector: Float32Array): Promise<Files> {
  const store = openMemory()
  await store.create(CLASS)
  await store
    .collection('Thing')
    .write(Array.from({ length: count }, (_, n) => ({ ...thing(n, count), vector })))
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), {})
  return files
}

async function server(t: Test) {
  const double = await weaviateDouble({ vectorizer: 'fake' })
  t.teardown(() => double.stop())
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  return { double, store }
}

t.test('it has to be said; drop has those made again whose texts have changed, keep has none', async (t) => {
  const { double, store } = await server(t)
  const vector = embed('as long as those that are made')
  const archive = await archived(50, vector)
  const context = { transforms: [tenths] }
  // Only a merge has vectors of the target to take.
  for (const options of [{}, { vectors: 'target' } as const])
    await t.rejects(restore(await sourceOf(archive), store, options, context), {
      code: 'ELYSIA_USAGE',
      message: `tenths changes what ${FAKE_VECTORIZER} makes the vector of Thing from`,
    })
  t.same(await store.list(), [], 'nothing was made')
  await restore(await sourceOf(archive), store, { vectors: 'keep' }, context)
  t.equal(double.calls.embeddings, 0)
  const name = 'Again'
  const report = await restore(await sourceOf(archive), store, { vectors: 'drop', name }, context)
  t.equal(double.calls.embeddings, 5)
  t.match(report, { written: 50, vectors: 45, verification: { digest_equal: true, made: 5 } })
  const made = (await objectsOf(store, name)).filter(
    (one) => !Buffer.from(one.vector!).equals(Buffer.from(vector)),
  )
  t.ok(made.every(({ properties }) => properties.title === 'changed'))
})

t.test('a class without a vectorizer asks nothing', async (t) => {
  const archive: Files = new Map()
  await backup(await things(20), 'Thing', memoryStorage(archive), {})
  const report = await restore(await sourceOf(archive), openMemory(), {}, { transforms: [tenths] })
  t.equal(report.written, 20)
})
