// What a restore does with vectors: held against class and each other, given other names, made again by the target.
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import type { Source } from '../../../../lib/core/stage.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import type { RestoreSource } from '../../../../lib/job/restore/source/source.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { openStore } from '../../../../lib/store/open.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { parseTarget } from '../../../../lib/store/target.ts'
import { FAKE_VECTORIZER } from '../../../double/class/vectorizer.ts'
import { embed } from '../../../double/class/vectors.ts'
import { weaviateDouble } from '../../../double/double.ts'
import { texts } from '../../../run/listening.ts'
import { idOf } from '../../backup/archived.ts'
import { objectsOf } from '../restored.ts'

const COUNT = 20
const hnsw = { vectorIndexType: 'hnsw' }
const properties = [{ name: 'text', dataType: ['text'] }]
const NAMED: CollectionSchema = {
  class: 'Note',
  properties,
  vectorConfig: {
    own: { vectorizer: { none: {} }, ...hnsw },
    made: { vectorizer: { [FAKE_VECTORIZER]: {} }, ...hnsw },
  },
}

/** A source of these objects, which no store has looked at. */
function sourceWith(
  schema: CollectionSchema,
  change: (object: StoredObject, n: number) => StoredObject,
): RestoreSource {
  const objects = Array.from({ length: COUNT }, (_, n) =>
    change({ id: idOf(n, COUNT), properties: { text: `${n}` } }, n),
  )
  const pages = async () => Readable.from([objects]) as Source<readonly StoredObject[]>
  const parts = [{ name: 'all', pages }]
  return { name: 'notes', kind: 'collection', identity: 'notes', schema, aliases: [], about: COUNT, parts }
}

const both = (object: StoredObject): StoredObject => ({
  ...object,
  vectors: { own: Float32Array.of(1, 2), made: Float32Array.of(9, 9, 9) },
})

async function restored(source: RestoreSource, store: Store, options: RestoreOptionsInput = {}) {
  const said: string[] = []
  const { report, error } = await runRestore(source, store, options, { onEvent: texts(said) })
  return { report, error, said: said.join('\n') }
}

async function server(t: Test) {
  const double = await weaviateDouble({ vectorizer: 'fake' })
  t.teardown(() => double.stop())
  const store = await openStore(parseTarget(double.target))
  t.teardown(() => store.close())
  return { double, store }
}

t.test(
  'objects whose vectors do not fit are rejected before they are written, the others are there',
  async (t) => {
    const { store } = await server(t)
    const source = sourceWith(NAMED, (object, n) => {
      const own = [Float32Array.of(1), [Float32Array.of(1, 2)], Float32Array.of()][n]
      if (own !== undefined) return { ...object, vectors: { ...both(object).vectors, own } }
      if (n === 3) return { ...object, vectors: { strange: Float32Array.of(1, 2) } }
      if (n === 4) return { ...object, vector: Float32Array.of(1, 2) }
      return both(object)
    })
    const { report, error } = await restored(source, store)
    t.equal(error, undefined)
    t.match(report, { written: COUNT - 5, rejected: { vector_mismatch: 5 }, objects: COUNT })
    const reasons = report.reject_reasons.map(({ reason }) => reason).join('\n')
    for (const fact of [
      /length 1\. Existing/,
      /not a multi vector/,
      /no dimensions/,
      /vector strange/,
      /single vector index/,
    ])
      t.match(reasons, fact)
    t.equal(await store.collection('Note').count(), COUNT - 5)
  },
)

t.test('vectors that are there already say how wide the others are to be', async (t) => {
  const { store } = await server(t)
  await restored(sourceWith(NAMED, both), store)
  const source = sourceWith(NAMED, (object, n) => ({
    ...object,
    id: idOf(n + COUNT, 2 * COUNT),
    vectors: { ...both(object).vectors, own: Float32Array.of(...(n === 0 ? [1, 2] : [1, 2, 3])) },
  }))
  const { report } = await restored(source, store, { onConflict: 'skip', undo: false })
  t.match(report, { written: 1, rejected: { vector_mismatch: COUNT - 1 } })
})

t.test('a vector that nobody makes may be lacking, and is counted', async (t) => {
  const store = openMemory()
  const source = sourceWith(NAMED, (object, n) => (n < 2 ? object : both(object)))
  const { report } = await restored(source, store)
  t.match(report, { written: COUNT, vectors: 2 * (COUNT - 2), vectors_absent: 4 })
})

t.test('vectors are made again, as many as was said before; those that objects bring stay', async (t) => {
  const { double, store } = await server(t)
  const source = sourceWith(NAMED, both)
  const { report, error, said } = await restored(source, store, { revectorize: true })
  t.equal(error, undefined)
  t.match(said, /text2vec-fake makes new vectors for Note \(made\): up to 20 vectors for 20 objects/)
  t.equal(double.calls.embeddings, COUNT)
  t.match(report, { status: 'done', vectors: COUNT, verification: { digest_equal: true, made: COUNT } })
  for (const asked of [
    { onConflict: 'merge', vectors: 'archive' },
    { onConflict: 'overwrite', undo: false },
  ] as const) {
    const again = restored(source, store, { ...asked, revectorize: true })
    await t.rejects(again, { code: 'ELYSIA_USAGE', message: /cannot be made again/ })
  }
  for (const { vectors } of await objectsOf(store, 'Note')) {
    t.strictSame(vectors!.own, Float32Array.of(1, 2))
    t.not(vectors!.made!.length, 3)
  }
})

t.test('a vector that comes with most objects is made for the others, and both are proved', async (t) => {
  const { double, store } = await server(t)
  const made = embed('as long as those that are made')
  const source = sourceWith(NAMED, (object, n) => {
    const own = Float32Array.of(1, 2)
    return { ...object, vectors: n < 5 ? { own } : { own, made } }
  })
  const { report, error } = await restored(source, store)
  t.equal(error, undefined)
  t.equal(double.calls.embeddings, 5)
  t.match(report.verification, { digest_equal: true, made: 5, unmade: undefined })
})

t.test('another module, or another name, without a vector that would be lost', async (t) => {
  const { double, store } = await server(t)
  const plain: CollectionSchema = { class: 'Note', vectorizer: 'none', ...hnsw, properties }
  const source = sourceWith(plain, (object) => ({ ...object, vector: Float32Array.of(1, 2) }))
  const asked = { vectorMap: 'default=content', vectorizer: `${FAKE_VECTORIZER}:content` }
  await t.rejects(restored(source, store, asked), { code: 'ELYSIA_USAGE', message: /did not make/ })
  await t.rejects(restored(source, store, { revectorize: true }), { code: 'ELYSIA_USAGE' })
  await t.rejects(restored(source, openMemory(), { ...asked, revectorize: true }), {
    code: 'ELYSIA_CONFLICT',
  })
  await t.rejects(restored(source, store, { vectorizer: 'text2vec-gone', revectorize: true }), {
    code: 'ELYSIA_CONFLICT',
    message: /has no text2vec-gone/,
  })
  t.equal(await store.schema('Note'), undefined)
  const kept = await restored(source, openMemory(), { ...asked, vectors: 'keep' })
  t.match(kept.report, { status: 'done', vectors: COUNT })
  const { report, said } = await restored(source, store, { ...asked, revectorize: true })
  t.match(report, { status: 'done', verification: { made: COUNT } })
  t.match(said, /vectorConfig.*\(vector-map\)/)
  t.equal(double.calls.embeddings, COUNT)
  t.match(await store.schema('Note'), {
    vectorConfig: { content: { vectorizer: { [FAKE_VECTORIZER]: {} } } },
  })
})
