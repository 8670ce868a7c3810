import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import {
  derivePlainSchema,
  type PlainJsonlOptions,
  plainJsonl,
} from '../../../lib/archive/foreign/plainJsonl.ts'
import { objectText } from '../../../lib/archive/object/lineWriter.ts'
import { readableText } from '../../../lib/archive/object/text.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Reject } from '../../../lib/core/reject.ts'

function idOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
}

async function read(text: string | Buffer, options: Partial<PlainJsonlOptions> = {}) {
  const rejects: Reject[] = []
  const pages: StoredObject[][] = []
  const stages = plainJsonl({ onReject: (reject) => rejects.push(reject), ...options })
  await pipeline([
    Readable.from([Buffer.from(text)]),
    ...stages,
    new Writable({ objectMode: true, write: (page, _encoding, done) => done(void pages.push(page)) }),
  ])
  return { objects: pages.flat(), lengths: pages.map(({ length }) => length), rejects }
}

const OBJECT: StoredObject = {
  id: idOf(1),
  properties: { n: 1, text: 'é\u0000' },
  vector: Float32Array.of(0.1, -0, 1e-45),
  vectors: { tokens: [Float32Array.of(1), Float32Array.of(2)] },
  tenant: 'a',
  createdMs: 5,
  updatedMs: 6,
}

t.test('plainJsonl: lines of an archive, of col cat and of REST are objects', async (t) => {
  const rest = {
    class: 'Scan',
    id: idOf(1),
    properties: OBJECT.properties,
    creationTimeUnix: 5,
    lastUpdateTimeUnix: '6',
    vector: null,
    tenant: '',
  }
  const rejected = { id: idOf(1), reason: 'refused', part: 'x', object: JSON.parse(objectText(OBJECT)) }
  const lines = [objectText(OBJECT), readableText(OBJECT), JSON.stringify(rest), JSON.stringify(rejected)]
  const { objects, rejects } = await read(`${lines.join('\r\n')}\n\n`)
  const { id, properties, createdMs, updatedMs } = OBJECT
  t.strictSame(objects, [OBJECT, OBJECT, { id, properties, createdMs, updatedMs }, OBJECT])
  t.ok(Object.is(objects[1]!.vector![1], -0), 'bit for bit')
  t.strictSame(rejects, [])
})

t.test('plainJsonl: bad lines are collected with their number and code, the others go on', async (t) => {
  const good = objectText(OBJECT)
  const bad: [string, string, RegExp][] = [
    ['{"id":', 'not_json', /not JSON/],
    ['[1]', 'not_object', /an array/],
    ['{}', 'missing_field', /id is missing/],
    [`{"id":"${idOf(1)}"}`, 'missing_field', /properties is missing/],
    [`{"id":5,"properties":{}}`, 'wrong_type', /id must be a text/],
    [`{"id":"x","properties":{}}`, 'invalid_value', /UUID/],
    [`{"id":"${idOf(1)}","properties":[]}`, 'wrong_type', /properties must be an object/],
    [`{"id":"${idOf(1)}","properties":{"__proto__":1}}`, 'invalid_value', /__proto__/],
    [`{"id":"${idOf(1)}","properties":{},"vector":["a"]}`, 'wrong_type', /vector/],
    [`{"id":"${idOf(1)}","properties":{},"vector":[1e39]}`, 'invalid_value', /float32/],
    [`{"id":"${idOf(1)}","properties":{},"created_ms":"soon"}`, 'wrong_type', /time/],
    [`{"id":"${idOf(1)}","properties":{},"class":"Other"}`, 'invalid_value', /class Other, not Scan/],
  ]
  const { objects, rejects } = await read(bad.map(([line]) => `\n${line}\n${good}\n`).join(''), {
    className: 'Scan',
  })
  t.equal(objects.length, bad.length)
  for (const [at, [line, code, reason]] of bad.entries()) {
    t.match(rejects[at], { line: at * 3 + 2, code, reason, text: line })
  }
})

t.test('plainJsonl: what is not UTF-8 or too long is rejected, what is compressed is read', async (t) => {
  const good = `${objectText(OBJECT)}\n`
  const bytes = Buffer.concat([
    Buffer.from(good),
    Buffer.from([0xff, 0x0a]),
    Buffer.from('x'.repeat(5000)),
    Buffer.from('\n'),
  ])
  const { objects, rejects } = await read(gzipSync(bytes), { maxLineBytes: 4000 })
  t.strictSame(objects, [OBJECT])
  t.match(rejects, [
    { line: 2, code: 'invalid_utf8' },
    { line: 3, code: 'line_too_long' },
  ])
  await t.rejects(read(gzipSync(bytes).subarray(0, -20)), { code: 'ELYSIA_COMPRESSION' })
})

t.test('plainJsonl: pages are bounded', async (t) => {
  const lines = Array.from({ length: 250 }, (_, at) => objectText({ id: idOf(at), properties: {} }))
  t.strictSame((await read(lines.join('\n'))).lengths, [100, 100, 50])
  t.strictSame((await read('')).lengths, [])
})

t.test('derivePlainSchema: a class of all objects, named by them or for them', async (t) => {
  const lines = [
    `{"id":"${idOf(1)}","class":"Scan","properties":{"n":1,"when":"2024-01-01T00:00:00Z"},"vector":[1,2]}`,
    'no object',
    `{"id":"${idOf(2)}","class":"Other","properties":{"n":"a text"}}`,
    `{"id":"${idOf(3)}","properties":{"n":1.5,"when":null}}`,
  ]
  const properties = [
    { name: 'n', dataType: ['number'] },
    { name: 'when', dataType: ['date'] },
  ]
  const source = () => Readable.from([Buffer.from(lines.join('\n'))])
  const summary = {
    schema: { class: 'Scan', properties, vectorizer: 'none', vectorIndexType: 'hnsw' },
    objects: 2,
    rejects: 2,
    sourceClass: 'Scan',
  }
  for (const name of [undefined, 'Renamed']) {
    const { firstReject, ...found } = await derivePlainSchema(source(), name)
    t.strictSame(found, summary, 'what they say of themselves counts')
    t.match(firstReject, { line: 2, code: 'not_json' })
  }
  const bare = Readable.from([Buffer.from(lines[3]!)])
  t.match(await derivePlainSchema(bare, 'Named'), { schema: { class: 'Named' }, sourceClass: undefined })
})

t.test(
  'derivePlainSchema: it fails where it cannot name the class, or where no class holds all',
  async (t) => {
    const line = (value: unknown) => JSON.stringify({ id: idOf(1), properties: { value } })
    const unnamed = derivePlainSchema(Readable.from([Buffer.from(line(1))]))
    await t.rejects(unnamed, { code: 'ELYSIA_USAGE', hint: /--name/ })
    const mixed = Readable.from([Buffer.from(`${line(1)}\n\n${line('a')}`)])
    await t.rejects(derivePlainSchema(mixed, 'Scan'), {
      code: 'ELYSIA_CONFLICT',
      message: /^line 3: .*value is int here, text there/,
      hint: /--schema/,
    })
  },
)
