import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import {
  isOriginalDocument,
  type OriginalOptions,
  readOriginal,
} from '../../../lib/archive/foreign/originalDocument.ts'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { collectGarbage } from '../../double/fault/garbage.ts'
import { texts } from '../../run/listening.ts'

const damage = { code: 'ELYSIA_DAMAGED' }
const schema = { class: 'Scan', vectorizer: 'none', properties: [{ name: 'n', dataType: ['int'] }] }
const VECTOR = Float32Array.of(0.1, -2.5, 3e-7)

function idOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
}

/** An object as REST gives it. */
function restObject(at: number): JsonObject {
  return {
    class: 'Scan',
    creationTimeUnix: 1700000000000 + at,
    id: idOf(at),
    lastUpdateTimeUnix: 1700000000001 + at,
    properties: { n: at },
    vector: [0.1, -2.5, 3e-7],
    vectorWeights: null,
  }
}

function metadata(count: number): JsonObject {
  return {
    version: '1.0',
    timestamp: '2025-08-01T12:00:00+00:00',
    collection: 'Scan',
    weaviate_version: 'unknown',
    type: 'full-backup',
    object_count: count,
    include_vectors: true,
  }
}

function documentOf(count: number): { metadata: JsonObject; schema: object; objects: JsonObject[] } {
  const objects = Array.from({ length: count }, (_, at) => restObject(at))
  return { metadata: metadata(count), schema, objects }
}

/** As the original writes more than 10 000 objects: item by item, indented by four. */
function handStreamed({ metadata, schema, objects }: ReturnType<typeof documentOf>): string {
  const indented = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', '\n  ')
  const items = objects.map((object) => `    ${JSON.stringify(object, null, 2).replaceAll('\n', '\n    ')}`)
  return `{\n  "metadata": ${indented(metadata)},\n  "schema": ${indented(schema)},\n  "objects": [\n${items.join(',\n')}\n  ]\n}`
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(document: unknown, { size = 1000, once = false } = {}) {
  const bytes = Buffer.isBuffer(document)
    ? document
    : Buffer.from(typeof document === 'string' ? document : JSON.stringify(document, null, 2))
  const notices: string[] = []
  let opened = 0
  const open = () => {
    opened += 1
    return Readable.from(pieces(bytes, size))
  }
  const options: OriginalOptions = {
    onNotice: texts(notices),
    ...(!once && { again: open }),
  }
  const { pages, ...head } = await readOriginal(open(), options)
  const objects: StoredObject[] = []
  const lengths: number[] = []
  for await (const page of pages as AsyncIterable<StoredObject[]>) {
    objects.push(...page)
    lengths.push(page.length)
  }
  return { ...head, objects, lengths, notices, opened }
}

t.test('original: both indents, and none, give the same objects', async (t) => {
  const document = documentOf(1203)
  const texts = [JSON.stringify(document), JSON.stringify(document, null, 2), handStreamed(document)]
  for (const text of texts) {
    const { objects, lengths, opened, notices, ...head } = await read(text, { size: 65536, once: true })
    t.strictSame(head, { metadata: document.metadata, schema, schemaOnly: false, objectCount: 1203 })
    t.ok(Math.max(...lengths) < 500, `${lengths}`)
    t.strictSame({ opened, notices }, { opened: 1, notices: [] })
    t.strictSame(objects[7], {
      id: idOf(7),
      properties: { n: 7 },
      vector: VECTOR,
      createdMs: 1700000000007,
      updatedMs: 1700000000008,
    })
  }
})

t.test('original: compressed documents are told by their first bytes', async (t) => {
  for (const compress of [gzipSync, zstdCompressSync]) {
    t.equal((await read(compress(JSON.stringify(documentOf(10))))).objects.length, 10)
  }
  const cut = gzipSync(JSON.stringify(documentOf(500))).subarray(0, -100)
  await t.rejects(read(cut), { code: 'ELYSIA_COMPRESSION' })
})

t.test('original: sections in any order, with others among them', async (t) => {
  const { metadata, schema, objects } = documentOf(20)
  const others = { object_count: 20, options: { objects: [1], schema: {} } }
  const orders = [
    { schema, ...others, metadata, objects },
    { objects, metadata, schema },
    { metadata, objects, ...others, schema },
    { schema, objects, metadata },
  ]
  for (const document of orders) {
    const keys = Object.keys(document)
    const back = await read(document, { size: 77 })
    const isLast = keys.at(-1) === 'objects'
    t.equal(back.opened, isLast ? 1 : 2, keys.join(', '))
    t.strictSame(back.schema, schema)
    t.strictSame(
      back.objects.map(({ id }) => id),
      objects.map(({ id }) => id),
    )
    t.strictSame(back.notices, [])
    if (!isLast) await t.rejects(read(document, { once: true }), { code: 'ELYSIA_INPUT', hint: /to a file/ })
  }
})

t.test('original: a schema-only document keeps the count of its source', async (t) => {
  const meta = { ...metadata(250), type: 'schema-only' }
  for (const document of [
    { metadata: meta, schema, objects: [] },
    { metadata: meta, schema },
  ]) {
    t.match(await read(document), { schemaOnly: true, objectCount: 250, objects: [], notices: [] })
  }
})

t.test('original: a missing section is damage that names it', async (t) => {
  const { metadata, schema, objects } = documentOf(3)
  await t.rejects(read({ schema, objects }), { ...damage, message: /no section metadata/ })
  await t.rejects(read({ metadata, objects }), { ...damage, message: /no section schema/ })
  await t.rejects(read({ metadata, schema }), { ...damage, message: /no section objects/ })
  await t.rejects(read({}), { ...damage, message: /no section metadata/ })
  await t.rejects(read([{ id: idOf(1) }]), { ...damage, message: /is a list/ })
  await t.rejects(read({ metadata, schema: [], objects }), { ...damage, message: /schema .* is not a class/ })
  await t.rejects(read({ metadata: 5, schema, objects }), {
    ...damage,
    message: /metadata that are not an object/,
  })
  await t.rejects(read({ metadata, schema, objects: {} }), { ...damage, message: /objects is not a list/ })
})

t.test('original: cut short anywhere it is damaged', async (t) => {
  const text = handStreamed(documentOf(2))
  for (let length = 0; length < text.length - 1; length += 7) {
    await t.rejects(read(text.slice(0, length), { once: true }), damage, `${length} of ${text.length}`)
  }
})

t.test('original: damage that comes late waits for whoever reads the pages', async (t) => {
  const text = JSON.stringify(documentOf(4000))
  const { pages } = await readOriginal(Readable.from(pieces(Buffer.from(text.slice(0, -30)), 65536)))
  await wait(50)
  await t.rejects(pages.toArray(), damage)
})

t.test('original: another version, and another count than there are objects, are said', async (t) => {
  const document = documentOf(3)
  const notices = async (meta: JsonObject) =>
    (await read({ ...document, metadata: { ...document.metadata, ...meta } })).notices
  t.match(await notices({ version: '2.0' }), [/of version "2.0"/])
  t.match(await notices({ version: null }), [/of version null/])
  t.match(await notices({ object_count: 5 }), [/declare 5 objects, but it holds 3/])
  const swapped = { objects: document.objects, metadata: { ...document.metadata, object_count: 5 }, schema }
  t.match((await read(swapped)).notices, [/declare 5 objects, but it holds 3/])
})

t.test('original: a damaged object is named by its number', async (t) => {
  const broken: [unknown, RegExp][] = [
    [5, /number 2: it is not a JSON object/],
    [{ ...restObject(1), id: 'X' }, /number 2: id must be a UUID/],
    [{ id: idOf(1) }, /number 2: properties is missing/],
    [{ ...restObject(1), vector: [1, 'a'] }, /number 2: .*vector/],
    [{ ...restObject(1), vector: [1e300] }, /number 2: .*float32/],
  ]
  for (const [object, message] of broken) {
    await t.rejects(read({ ...documentOf(1), objects: [restObject(0), object] }), { ...damage, message })
  }
})

t.test('original: named vectors, tenants and references are read as the stores have them', async (t) => {
  const object = {
    class: 'Scan',
    id: idOf(1).toUpperCase(),
    properties: { of: [{ beacon: `weaviate://localhost/Author/${idOf(2)}`, href: '/v1/objects/Author' }] },
    vector: [],
    vectors: { title: [1, 2], tokens: [[1], [2]], none: null },
    tenant: 'a',
  }
  const { objects } = await read({ ...documentOf(1), objects: [object] })
  t.strictSame(objects, [
    {
      id: idOf(1),
      properties: { of: [{ beacon: `weaviate://localhost/Author/${idOf(2)}` }] },
      vectors: { title: Float32Array.of(1, 2), tokens: [Float32Array.of(1), Float32Array.of(2)] },
      tenant: 'a',
    },
  ])
})

t.test('original: it is told by how it begins', async (t) => {
  for (const head of ['{"metadata":{', '\ufeff{\n  "schema": {', ' { "objects" : [']) {
    t.ok(isOriginalDocument(Buffer.from(head)), head)
  }
  for (const head of ['', '[', '{"id":"', '{"elysiactl_archive":', '"metadata":']) {
    t.notOk(isOriginalDocument(Buffer.from(head)), head)
  }
  const id = '"id":"00000001-0000-4000-8000-000000000001"'
  for (const line of [
    `{"metadata":{},${id},"properties":{}}`,
    `{"metadata":{"source":"a.pdf"},"page_content":"text"}\n{"metadata":{},"page_content":"two"}`,
    `{"objects":[],${id},"properties":{}}\n`,
    `{"metadata":{"of":"${'x'.repeat(70_000)}"},${id}}`,
    `{"metadata":{"version":1},"properties":{"text":"${'x'.repeat(70_000)}"},${id}}`,
  ]) {
    t.notOk(isOriginalDocument(Buffer.from(line).subarray(0, 64 * 1024)), line.slice(0, 60))
  }
  const objects = `"objects":[{${id},"properties":{"text":"${'x'.repeat(70_000)}"}}]`
  for (const text of [
    '{"metadata":{"type":"schema-only"},"schema":{"class":"A"}}',
    `{"metadata":{},"schema":{"class":"A"},${objects}}`,
    `{${objects},"metadata":{},"schema":{"class":"A"}}`,
    `{\n"metadata":{"of":"${'x'.repeat(70_000)}"},\n"schema":{},\n${objects}}`,
  ]) {
    t.ok(isOriginalDocument(Buffer.from(text).subarray(0, 64 * 1024)), text.slice(0, 60))
  }
})

t.test('original: what it holds does not grow with the document', async (t) => {
  const most = async (count: number) => {
    const vector = Array.from({ length: 100 }, (_, at) => at / 7)
    const text = function* () {
      yield `{"metadata":${JSON.stringify(metadata(count))},"schema":${JSON.stringify(schema)},"objects":[`
      for (let at = 0; at < count; at++)
        yield `${at === 0 ? '' : ','}${JSON.stringify({ ...restObject(at), vector })}`
      yield ']}'
    }
    const { pages } = await readOriginal(Readable.from(text(), { objectMode: false }))
    let [held, seen, every] = [0, 0, 0]
    for await (const page of pages as AsyncIterable<StoredObject[]>) {
      seen += page.length
      if (every++ % 40 !== 0) continue
      collectGarbage()
      const { heapUsed, external } = process.memoryUsage()
      held = Math.max(held, heapUsed + external)
    }
    t.equal(seen, count)
    return held / (1 << 20)
  }
  await most(2000)
  const [small, large] = [await most(2000), await most(12_000)]
  t.ok(
    large < small + 5,
    `${small.toFixed(1)} MiB for 2 000 objects, ${large.toFixed(1)} for 12 000, of 18 MB`,
  )
})

t.test('original: destroyed early, it lets its source go', async (t) => {
  const source = Readable.from(pieces(Buffer.from(JSON.stringify(documentOf(5000))), 4096))
  const { pages } = await readOriginal(source)
  pages.destroy()
  await wait(20)
  t.ok(source.destroyed)
})
