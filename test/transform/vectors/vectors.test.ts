import t from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import type { Transform } from '../../../lib/transform/transform.ts'
import { setIndexType, setQuantizer } from '../../../lib/transform/vectors/indexes.ts'
import { mapVectors } from '../../../lib/transform/vectors/map.ts'
import { revectorize } from '../../../lib/transform/vectors/revectorize.ts'
import { setVectorizer } from '../../../lib/transform/vectors/vectorizer.ts'

const text = { name: 'title', dataType: ['text'] }
const UNNAMED: CollectionSchema = {
  class: 'Note',
  vectorizer: 'text2vec-a',
  vectorIndexType: 'hnsw',
  vectorIndexConfig: { distance: 'dot', pq: { enabled: true, segments: 4 } },
  moduleConfig: { 'text2vec-a': { vectorizeClassName: false, model: 'm' }, 'generative-x': {} },
  properties: [{ ...text, moduleConfig: { 'text2vec-a': { skip: true } } }],
}
const NAMED: CollectionSchema = {
  class: 'Note',
  properties: [text],
  vectorConfig: {
    made: { vectorizer: { 'text2vec-a': { properties: ['title'] } }, vectorIndexType: 'hnsw' },
    own: { vectorizer: { none: {} }, vectorIndexType: 'flat', vectorIndexConfig: { distance: 'dot' } },
    many: {
      vectorizer: { none: {} },
      vectorIndexType: 'hnsw',
      vectorIndexConfig: { multivector: { enabled: true } },
    },
  },
}

const vector = Float32Array.of(1, 2)
const ID = '0a000000-0000-4000-8000-000000000001'
const unnamed: StoredObject = { id: ID, properties: {}, vector }
const named: StoredObject = {
  id: ID,
  properties: {},
  vectors: { made: vector, own: Float32Array.of(3), many: [vector] },
}

async function after(transform: Transform, schema: CollectionSchema, object: StoredObject) {
  const pipeline = bindTransforms([transform], schema)
  const { objects } = await pipeline.objects([object])
  return { schema: pipeline.schema, object: objects[0], patches: pipeline.steps[0]!.bound.patches }
}

t.test('the vector without a name gets one, with its index and what makes it', async (t) => {
  const { schema, object, patches } = await after(mapVectors('default=content'), UNNAMED, unnamed)
  t.strictSame(schema, {
    class: 'Note',
    properties: UNNAMED.properties,
    vectorConfig: {
      content: {
        vectorizer: { 'text2vec-a': { vectorizeClassName: false, model: 'm' } },
        vectorIndexType: 'hnsw',
        vectorIndexConfig: UNNAMED.vectorIndexConfig,
      },
    },
    moduleConfig: { 'generative-x': {} },
  })
  t.strictSame(object, { id: ID, properties: {}, vectors: { content: vector } })
  t.ok(patches!.some(({ rule, path }) => rule === 'vector-map' && path === 'vectorConfig'))
  t.strictSame(unnamed.vector, vector)
})

t.test('a name and back again is as it was', async (t) => {
  const there = await after(mapVectors('default=content'), UNNAMED, unnamed)
  const back = await after(mapVectors('content=default'), there.schema, there.object!)
  t.strictSame(back.schema, UNNAMED)
  t.strictSame(back.object, unnamed)
})

t.test('names are given all at once, and a vector without a new one is left out', async (t) => {
  const { schema, object } = await after(mapVectors('made=own,own=made,many='), NAMED, named)
  t.strictSame(schema.vectorConfig, {
    own: (NAMED.vectorConfig as Record<string, unknown>).made,
    made: (NAMED.vectorConfig as Record<string, unknown>).own,
  })
  t.strictSame(object!.vectors, { own: vector, made: Float32Array.of(3) })
})

t.test('names that cannot be given are refused before the first object', async (t) => {
  const code = 'ELYSIA_USAGE'
  for (const given of ['a', '=b', 'a=b,a=c', 'a=c,b=c']) t.throws(() => mapVectors(given), { code }, given)
  for (const [given, message] of [
    ['gone=x', /Note has no vector gone/],
    ['made=own', /two vectors own/],
    ['many=default', /a multi-vector has a name/],
  ] as const) {
    t.throws(() => mapVectors(given).bind(NAMED), { code, message }, given)
  }
})

t.test('another module makes a vector: what it reads stays, what it is told is new', async (t) => {
  const settings = { apiEndpoint: 'http://x' }
  const { schema, patches } = await after(setVectorizer('text2vec-b', settings), UNNAMED, unnamed)
  t.match(schema, {
    vectorizer: 'text2vec-b',
    moduleConfig: { 'text2vec-b': { vectorizeClassName: false, model: undefined, apiEndpoint: 'http://x' } },
    properties: [{ moduleConfig: { 'text2vec-b': { skip: true }, 'text2vec-a': undefined } }],
  })
  t.match(patches, [{ rule: 'vectorizer', path: 'vectorizer', from: 'text2vec-a', to: 'text2vec-b' }])
  const one = await after(setVectorizer('text2vec-b:own,text2vec-c:fresh'), NAMED, named)
  t.match(one.schema.vectorConfig, {
    made: { vectorizer: { 'text2vec-a': { properties: ['title'] } } },
    own: { vectorizer: { 'text2vec-b': {} }, vectorIndexType: 'flat' },
    fresh: { vectorizer: { 'text2vec-c': {} }, vectorIndexType: 'hnsw' },
  })
  t.equal(one.object, named)
  const none = await after(setVectorizer('none'), NAMED, named)
  t.match(none.schema.vectorConfig, { made: { vectorizer: { none: {} } } })
})

t.test('another kind of index keeps the distance, and of a dynamic one what both have', async (t) => {
  const flat = await after(setIndexType('flat'), UNNAMED, unnamed)
  t.match(flat.schema, { vectorIndexType: 'flat', vectorIndexConfig: { distance: 'dot', pq: undefined } })
  const dynamic = await after(setIndexType('dynamic'), UNNAMED, unnamed)
  const both = { distance: 'dot', hnsw: { pq: { enabled: true } } }
  t.match(dynamic.schema, { vectorIndexType: 'dynamic', vectorIndexConfig: both })
  const back = await after(setIndexType('hnsw'), dynamic.schema, unnamed)
  t.strictSame(back.schema, UNNAMED)
  const message = /many is a multi-vector/
  t.throws(() => setIndexType('flat').bind(NAMED), { code: 'ELYSIA_USAGE', message })
  t.match(setIndexType('flat:made').bind(NAMED).schema.vectorConfig, { made: { vectorIndexType: 'flat' } })
})

t.test('one compression takes the place of another, where the index can have it', async (t) => {
  const rq = await after(setQuantizer('rq'), UNNAMED, unnamed)
  t.match(rq.schema.vectorIndexConfig, { rq: { enabled: true }, pq: { enabled: false, segments: 4 } })
  const none = await after(setQuantizer('none'), UNNAMED, unnamed)
  t.match(none.schema.vectorIndexConfig, { pq: { enabled: false }, skipDefaultQuantization: true })
  const dynamic = await after(setQuantizer('sq'), setIndexType('dynamic').bind(UNNAMED).schema, unnamed)
  t.match(dynamic.schema.vectorIndexConfig, { hnsw: { sq: { enabled: true } }, flat: { sq: undefined } })
  const code = 'ELYSIA_USAGE'
  t.throws(() => setQuantizer('pq').bind(NAMED), { code, message: /flat index of own cannot have pq/ })
  t.throws(() => setQuantizer('none').bind({ class: 'A', vectorIndexType: 'hfresh' }), { code })
  t.throws(() => setQuantizer('zip'), { code })
  t.throws(() => setQuantizer('bq:gone').bind(NAMED), { code, message: /no vector gone/ })
})

t.test('vectors that a module makes are left out, and no others', async (t) => {
  const all = await after(revectorize(), NAMED, named)
  t.strictSame(all.object!.vectors, { own: Float32Array.of(3), many: [vector] })
  const one = await after(revectorize(), UNNAMED, unnamed)
  t.strictSame(one.object, { id: ID, properties: {} })
  t.throws(() => revectorize().bind({ class: 'Own', vectorizer: 'none' }), { code: 'ELYSIA_USAGE' })
})
