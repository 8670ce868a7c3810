// What becomes of the lines and documents of other stores: fixtures/other-stores has one of each, as its tool writes it.
import { readFileSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ForeignChanges } from '../../../../lib/archive/foreign/changes.ts'
import { documentKind } from '../../../../lib/archive/foreign/documentLines.ts'
import { type MappingOptions, mappingOf } from '../../../../lib/archive/foreign/mapping.ts'
import { jsonLines, plainJsonl, withoutReason } from '../../../../lib/archive/foreign/plainJsonl.ts'
import { fieldsText, foreignLines } from '../../../../lib/archive/foreign/shapes/reading.ts'
import { shapeByName, shapeOf } from '../../../../lib/archive/foreign/shapes/shapes.ts'
import type { JsonObject, StoredObject } from '../../../../lib/core/object.ts'
import { Reject } from '../../../../lib/core/reject.ts'
import type { ParsedLine } from '../../../../lib/stream/parseJson.ts'

const FIXTURES = fileURLToPath(new URL('../../../../fixtures/other-stores/', import.meta.url))
const [U1, U2] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const MADE_OF_1 = '275bea32-80f9-55c4-9fdc-7c3a2b7cb9f7'

const read = (name: string, mapping: MappingOptions = {}) => readBytes(readFileSync(FIXTURES + name), mapping)

async function readBytes(bytes: Buffer, options: MappingOptions = {}) {
  const document = documentKind(bytes)
  const sample: JsonObject[] = []
  const collect = async (lines: AsyncIterable<ParsedLine | Reject>) => {
    for await (const line of lines) {
      const read = line instanceof Reject ? line : withoutReason(line)
      if (!(read instanceof Reject)) sample.push(read.value)
    }
  }
  await pipeline(Readable.from([bytes]), ...jsonLines({ document }), collect)
  const shape = shapeOf(sample) ?? shapeByName('flat')
  const form = { shape, mapping: mappingOf(options), sample }
  const [changes, objects, rejects] = [new ForeignChanges(), [] as StoredObject[], [] as Reject[]]
  const stages = plainJsonl({
    document,
    form: foreignLines(form, changes),
    onReject: (reject) => rejects.push(reject),
  })
  const end = new Writable({
    objectMode: true,
    write: (page: StoredObject[], _encoding, done) => done(void objects.push(...page)),
  })
  await pipeline([Readable.from([bytes]), ...stages, end])
  return { shape: shape.name, ...fieldsText(form), objects, rejects, changes: changes.list() }
}

t.test('qdrant: points, pages of a scroll; ids of ints; named, multi and sparse vectors', async (t) => {
  const points = await read('qdrant.jsonl')
  t.match(points, { shape: 'qdrant', vectors: ['vector'], changes: { ids: 1 } })
  t.strictSame(points.objects, [
    {
      id: MADE_OF_1,
      properties: { shard_key: 'region_1', city: 'London', color: 'green', tags: ['a'], original_id: '1' },
      vector: Float32Array.of(0.875, 0.140625),
    },
    { id: U2, properties: {}, vector: Float32Array.of(0.75, 0.640625) },
  ])
  const [named] = (await read('qdrant-named.jsonl')).objects
  t.match(named, { properties: { original_id: '18446744073709551615' } }, 'all digits of the id')
  t.strictSame(named!.vectors, {
    image: Float32Array.of(0.1, 0.2),
    colbert: [Float32Array.of(1, 0), Float32Array.of(0, 1)],
  })
  t.match(await read('qdrant-named.jsonl'), { changes: { sparse_vectors: 1 } })
  const scrolled = await read('qdrant-scroll.jsonl')
  t.strictSame(
    scrolled.objects.map(({ properties: { city } }) => city),
    ['London', 'Paris', 'Rome'],
  )
})

t.test('pinecone: records, and a whole answer to a fetch; a field id of the metadata is kept', async (t) => {
  const { objects, changes, shape } = await read('pinecone.jsonl')
  t.equal(shape, 'pinecone')
  t.match(objects[0]!.properties, { genre: 'drama', field_id: '7', original_id: 'vec1' })
  t.strictSame(changes, { names: 1, ids: 2 })
  const fetched = await read('pinecone-fetch.json')
  t.match(fetched.objects[0]!.properties, { genre: 'comedy', year: 2020, namespace: 'example-namespace' })
  t.strictSame(fetched.changes, { sparse_vectors: 1, ids: 2 })
})

t.test('milvus: entities, and a file for its bulk insert whose key has a name of its own', async (t) => {
  t.match(await read('milvus.jsonl'), { shape: 'milvus', id: ['id'], changes: { sparse_vectors: 1, ids: 2 } })
  const rows = await read('milvus.json')
  t.match(rows, { shape: 'milvus', id: ['book_id'], vectors: ['book_intro'] })
  t.match(rows.objects[0]!.properties, { word_count: 13, original_id: '449270109310132225' })
  t.match(rows.objects[1]!.properties, { colour: 'red' }, 'what its schema does not name')
})

t.test(
  'elasticsearch and opensearch: a dump, lines for the bulk interface, an answer to a search',
  async (t) => {
    const dump = await read('elasticdump.jsonl')
    t.match(dump, { shape: 'elasticdump', vectors: ['title_vector'], changes: { names: 1, ids: 2 } })
    t.match(dump.objects[0], {
      properties: { n: 1306415010221662247n, published_date: '2024-05-01T12:00:00Z' },
      vector: Float32Array.of(0.1, 0.2),
    })
    t.match(dump.rejects, [{ line: 3, code: 'missing_field', reason: '_source is missing' }])
    const bulk = await read('opensearch.jsonl')
    t.match(bulk, { shape: 'opensearch', rejects: [{ line: 5, reason: /action delete/ }] })
    t.strictSame(
      bulk.objects.map(({ id, properties: { title } }) => [id, title]),
      [
        [MADE_OF_1, 't1'],
        [U2, 't2'],
      ],
    )
    t.match(await read('opensearch-search.json'), { shape: 'opensearch', objects: { length: 2 } })
  },
)

t.test('mongo: times that are none are faults of their line', async (t) => {
  const lines = ['{"$timestamp":{"t":1e300,"i":1}}', '{"$date":{"$numberLong":"9223372036854775807"}}', '1']
  const text = lines.map((at, n) => `{"_id":${n},"at":${at}}\n`).join('')
  const { shape, objects, rejects } = await readBytes(Buffer.from(text))
  t.equal(shape, 'mongo')
  t.match(rejects, [
    { line: 1, code: 'invalid_value' },
    { line: 2, code: 'invalid_value' },
  ])
  t.equal(objects.length, 1)
})

t.test('mongo: extended JSON of each kind, and a list', async (t) => {
  const { shape, objects } = await read('mongo.jsonl')
  t.equal(shape, 'mongo')
  t.strictSame(objects[0], {
    id: '7af6edc0-6a1e-5d4c-95c0-1e0a42bc3c53',
    properties: {
      ...{
        foo: 'bar',
        n: 9007199254740993n,
        i: 7,
        x: 1.5,
        price: 12.5,
        at: '2024-05-01T12:00:00.25Z',
        ref: U1,
      },
      ...{ raw: 'AAEC', author: { name: 'A', born: '1900-01-01T00:00:00Z' } },
      original_id: '571e394cbad0c6dc5f720444',
    },
    vector: Float32Array.of(0.5, 0.25),
  })
  const list = await read('mongo-array.json')
  t.match(list, { shape: 'mongo', objects: { length: 2 }, rejects: [{ line: 3, code: 'not_object' }] })
})

t.test('langchain: documents of both languages, as they are and as dumps; its store in memory', async (t) => {
  const { shape, objects, rejects } = await read('langchain.jsonl')
  t.equal(shape, 'langchain')
  t.strictSame(
    objects.map(({ properties: { text, original_id } }) => [text, original_id]),
    [
      ['first', 'doc-1'],
      ['second', 'doc-2'],
      ['third', 'doc-3'],
    ],
  )
  t.match(rejects, [{ line: 4, reason: 'its id is missing' }])
  const made = await read('langchain.jsonl', { idFrom: 'text' })
  t.match(made, { objects: { length: 4 }, rejects: { length: 0 } })
  const store = await read('langchain-store.json')
  t.match(store.objects[0], {
    id: U1,
    properties: { text: 'first', source: 'a.pdf' },
    vector: Float32Array.of(0.1, 0.2),
  })
})

t.test('weaviate: its clients, GraphQL, and a page of REST', async (t) => {
  const python = await read('python-client.jsonl')
  t.match(python, { shape: 'python-client', changes: {} })
  t.strictSame(python.objects[0], {
    id: U1,
    properties: { title: 't1', cites: [{ beacon: `weaviate://localhost/Article/${U2}` }] },
    vector: Float32Array.of(0.1, 0.2),
    createdMs: 1_714_564_800_000,
  })
  const typescript = await read('ts-client.jsonl')
  t.match(typescript, { shape: 'ts-client', objects: [{ vectors: { title: Float32Array.of(0.1, 0.2) } }] })
  for (const name of ['graphql.jsonl', 'rest-list.json']) {
    const { shape, objects } = await read(name)
    t.match([shape, objects.map(({ id }) => id)], ['weaviate', [U1, U2]], name)
  }
})

t.test('lines of no store are read as they are said to be', async (t) => {
  const { shape, objects } = await read('flat.jsonl', { idFrom: 'isbn,year' })
  t.equal(shape, 'flat')
  t.strictSame(objects[0], {
    id: '70de7f14-ed97-5f39-8fce-da99458dc0ad',
    properties: { isbn: '978-1', year: 2001, text: 'hello' },
    vector: Float32Array.of(0.1, 0.2, 0.3),
  })
  const told = { idFrom: 'doc.key', vectorFrom: 'body=doc.v', propertiesFrom: 'doc.more' }
  const line = Buffer.from('{"doc":{"key":"a","v":[1,2],"more":{"a b":1,"n":{"c d":2}}}}\n')
  const { objects: nested, changes } = await readBytes(line, told)
  t.match(nested[0], { properties: { a_b: 1, n: { c_d: 2 } }, vectors: { body: Float32Array.of(1, 2) } })
  t.strictSame(changes, { names: 2 })
  const none = await read('flat.jsonl', { idFrom: 'isbn', vectorFrom: 'none' })
  t.strictSame(none.objects[0]!.properties.embedding, [0.1, 0.2, 0.3])
  t.throws(() => mappingOf({ idFrom: 'a,,b' }), { code: 'ELYSIA_USAGE' })
})

t.test('what was refused is read again from the rejects file, once it is mended', async (t) => {
  const record = '{"id":7,"payload":{"city":"Oslo"},"vector":[1,2]}'
  const refused = { id: null, code: 'missing_field', reason: 'its id is missing', line: 3, record }
  const { shape, objects } = await readBytes(Buffer.from(`${JSON.stringify(refused)}\n`))
  t.equal(shape, 'qdrant')
  t.match(objects, [{ properties: { city: 'Oslo', original_id: '7' } }])
})

t.test('two fields that would be one property, and documents that are no JSON, are refused', async (t) => {
  const twice = await readBytes(Buffer.from('{"id":1,"payload":{"a b":1,"a_b":2},"vector":[1]}\n'))
  t.match(twice.rejects, [{ code: 'invalid_value', reason: /the property a_b/ }])
  await t.rejects(readBytes(Buffer.from('[{"_id":1},')), { code: 'ELYSIA_DAMAGED' })
  await t.rejects(readBytes(Buffer.from('{\n"_id":"\xff"}', 'latin1')), {
    code: 'ELYSIA_INPUT',
    message: /UTF-8/,
  })
})
