import { deepStrictEqual } from 'node:assert'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t from 'tap'
import type { Content } from '../../../lib/archive/format/format.ts'
import { json } from '../../../lib/archive/format/json.ts'
import { JsonScan, type ScannedValue } from '../../../lib/archive/format/jsonScan.ts'
import { objectText } from '../../../lib/archive/object/lineWriter.ts'
import { parseExact } from '../../../lib/core/exactJson.ts'
import type { Json, StoredObject } from '../../../lib/core/object.ts'
import { CHARACTERS } from '../../characters.ts'
import { stageContract } from '../../contract/stage.ts'
import { runs } from '../../runs.ts'
import { plain } from '../foreign/plain.ts'

const content: Content = { schema: { class: 'Scan' }, vectors: 'base64' }
const damage = { code: 'ELYSIA_DAMAGED' }

function idOf(at: number): string {
  return `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`
}

async function encoded(pages: StoredObject[][], as: Content = content): Promise<string> {
  return Buffer.concat(await Readable.from(pages).pipe(json.encode(as)).toArray()).toString()
}

async function decoded(text: string | Buffer, size = 1000, as: Content = content): Promise<StoredObject[][]> {
  const bytes = Buffer.from(text)
  const pages: StoredObject[][] = []
  await pipeline(pieces(bytes, size), json.decode(as), async (out) => {
    for await (const page of out) pages.push(page)
  })
  return pages
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true })
const vector = fc.array(float, { minLength: 1, maxLength: 5 }).map((floats) => Float32Array.from(floats))
const object = fc.record(
  {
    id: fc.uuid(),
    properties: fc.dictionary(
      fc.string({ unit: 'grapheme' }),
      fc.jsonValue({ stringUnit: CHARACTERS }).filter((value) => value !== null),
    ),
    vector,
    vectors: fc.dictionary(
      fc.constantFrom('title', 'tokens', '__proto__'),
      fc.oneof(vector, fc.array(vector, { minLength: 1 })),
    ),
    createdMs: fc.integer({ min: 0 }),
    updatedMs: fc.integer({ min: 0 }),
  },
  { requiredKeys: ['id', 'properties'] },
) as fc.Arbitrary<StoredObject>

function same(actual: StoredObject[], expected: StoredObject[]): void {
  deepStrictEqual(actual.map(plain), expected.map(plain))
}

t.test('json: what was encoded decodes to equal objects, and is what JSON.parse reads', async (t) => {
  const pages = fc.array(fc.array(object, { maxLength: 4 }), { maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(
      pages,
      fc.constantFrom('base64', 'numbers'),
      fc.integer({ min: 1, max: 99 }),
      async (pages, vectors, size) => {
        const text = await encoded(pages as StoredObject[][], {
          ...content,
          vectors: vectors as Content['vectors'],
        })
        const back = (await decoded(text, size)).flat()
        same(back, pages.flat() as StoredObject[])
        if (JSON.parse(text).length !== back.length) throw new Error('not what JSON.parse reads')
      },
    ),
    { numRuns: 40 },
  )
  t.pass('all of them')
})

t.test('json: a line an object, and a whole document without any', async (t) => {
  const page = [0, 1].map((at) => ({ id: idOf(at), properties: { at } }))
  t.equal(await encoded([page, [], page]), `[${[...page, ...page].map(objectText).join(',\n')}]\n`)
  t.equal(await encoded([]), '[]\n')
  t.strictSame(await decoded('[]\n'), [])
  t.strictSame(await decoded(' [ ] '), [])
})

t.test('json: other white space, a byte order mark and unknown fields are read', async (t) => {
  const objects = [{ id: idOf(1), properties: { a: [1.5, { b: 'é' }] }, more: {} }]
  for (const indent of [1, 4, '\t']) {
    const pages = await decoded(`\ufeff${JSON.stringify(objects, null, indent)}\r\n`, 3)
    t.strictSame(pages, [[{ id: idOf(1), properties: { a: [1.5, { b: 'é' }] } }]])
  }
})

t.test('json: the tenant of the part is every object’s', async (t) => {
  const [page] = await decoded(`[{"id":"${idOf(1)}","properties":{}}]`, 9, { ...content, tenant: 'a' })
  t.strictSame(page, [{ id: idOf(1), properties: {}, tenant: 'a' }])
})

t.test('json: pages are bounded, and come whole', async (t) => {
  const text = await encoded([Array.from({ length: 5000 }, (_, at) => ({ id: idOf(at), properties: {} }))])
  const lengths = (await decoded(text, 100_000)).map(({ length }) => length)
  t.equal(
    lengths.reduce((sum, length) => sum + length),
    5000,
  )
  t.ok(Math.max(...lengths) <= 1100, `${lengths}`)
  const large = Array.from({ length: 9 }, (_, at) => ({
    id: idOf(at),
    properties: { text: 'x'.repeat(1 << 20) },
  }))
  t.strictSame(
    (await decoded(await encoded([large]), 65536)).map(({ length }) => length),
    Array(9).fill(1),
  )
})

t.test('json: __proto__ is a property like others', async (t) => {
  const [page] = await decoded(
    `[{"id":"${idOf(1)}","properties":{"__proto__":{"admin":true}},"__proto__":{"x":1}}]`,
  )
  t.strictSame(Object.keys(page![0]!.properties), ['__proto__'])
  t.equal(({} as { admin?: unknown }).admin, undefined)
  t.equal((page![0] as { x?: unknown }).x, undefined)
})

t.test('json: cut short anywhere, it is damaged', async (t) => {
  const text = (
    await encoded([
      [
        { id: idOf(1), properties: { a: 1 } },
        { id: idOf(2), properties: {} },
      ],
    ])
  ).trim()
  for (let length = 0; length < text.length; length++) {
    await t.rejects(decoded(text.slice(0, length)), damage, text.slice(0, length))
  }
})

t.test('json: what no encoder made is damaged, and says where', async (t) => {
  const refusals: [string | Buffer, RegExp][] = [
    ['{"metadata":{}}', /is an object that begins with "metadata"/],
    ['5 ', /neither object nor array/],
    ['[5]', /item 1 .*not a JSON object/],
    [`[{"id":"${idOf(1)}","properties":{}},{"id":"X"}]`, /item 2 .*UUID/],
    [`[{"id":"${idOf(1)}","properties":{}}]]`, /behind byte 0: .*unexpected characters/],
    [`[{"id":"${idOf(1)}" "properties":{}}]`, /behind byte 0/],
    [Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), /behind byte 0/],
    [`[{"id":"${idOf(1)}","properties":{},"vector":"AAA"}]`, /item 1 .*float32/],
  ]
  for (const [text, message] of refusals) await t.rejects(decoded(text), { ...damage, message }, String(text))
})

stageContract(t, 'json, decoding', {
  make: () => json.decode(content),
  input: () =>
    Array.from({ length: 60 }, (_, at) => {
      const objects = Array.from({ length: 250 }, (_, n) => ({
        id: idOf(at * 250 + n),
        properties: { at, n },
      }))
      return Buffer.from(`${at === 0 ? '[' : ','}${objects.map(objectText).join(',')}${at === 59 ? ']' : ''}`)
    }),
  holds: 60,
  keysIn: (chunk) => String(chunk).match(/0{8}-[-0-9]+/g) ?? [],
  keysOut: (page) => (page as StoredObject[]).map(({ id }) => id),
})

stageContract(t, 'json, encoding', {
  make: () => json.encode(content),
  input: () =>
    Array.from({ length: 60 }, (_, at) => [{ id: idOf(at), properties: { text: 'x'.repeat(20_000) } }]),
  // A piece of 256 KiB is thirteen pages.
  holds: 18,
  keysIn: (page) => (page as StoredObject[]).map(({ id }) => id),
  keysOut: (chunk) => String(chunk).match(/0{8}-[-0-9]+/g) ?? [],
})

function scanned(text: string, size: number): ScannedValue[] {
  const scan = new JsonScan((key) => (key === 'skip' ? 'skip' : key === 'items' ? 'items' : 'whole'))
  const found = [...pieces(Buffer.from(text), size)].flatMap((piece) => [...scan.push(piece)])
  return [...found, ...scan.end()].flat()
}

t.test('JsonScan: it refuses what JSON.parse refuses, and reads the rest the same', async (t) => {
  const inserted = fc.constantFrom(
    '',
    '0',
    '"',
    'x',
    ',',
    '[',
    ']',
    '{',
    '}',
    ':',
    '\\',
    '1',
    '-',
    '.',
    'e',
    '\n',
    'true',
  )
  const outcome = (read: () => unknown) => {
    try {
      return { value: read() as Json }
    } catch {
      return 'refused'
    }
  }
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { minLength: 1 }),
      fc.nat(),
      inserted,
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      (value, at, text, drop, size) => {
        const whole = JSON.stringify(value)
        const storage = at % (whole.length + 1)
        const changed = whole.slice(0, storage) + text + whole.slice(storage + (drop ? 1 : 0))
        const expected = outcome(() => parseExact(changed))
        if (expected !== 'refused' && !Array.isArray(expected.value)) return
        deepStrictEqual(
          outcome(() => scanned(changed, size).map((one) => one.value)),
          expected,
        )
      },
    ),
    { numRuns: runs(500) },
  )
  t.pass('all the same')
})

t.test(
  'JsonScan: what nests deeper than any object, or has a value of too many nodes, is damaged',
  async (t) => {
    const piece = Buffer.alloc(2 ** 20, '[')
    const scan = new JsonScan()
    t.throws(() => [...scan.push(piece)], { ...damage, message: /nests deeper than 500 levels/ })
    const skipping = new JsonScan(() => 'skip')
    t.throws(() => [...skipping.push(Buffer.from(`{"a":${'[{"b":'.repeat(20_000)}`))], damage)
    const wide = new JsonScan()
    const values = Buffer.from(`[[${'{},'.repeat(2_100_000)}`)
    t.throws(() => [...wide.push(values)], { ...damage, message: /too many keys, objects and arrays/ })
    const plainOnes = new JsonScan()
    const numbers = `[[${'1,'.repeat(2_100_000)}1]]`
    const found = [...plainOnes.push(Buffer.from(numbers)), ...plainOnes.end()].flat()
    t.equal((found[0]!.value as Json[]).length, 2_100_001, 'plain values may be more')
  },
)

t.test('JsonScan: an object at the top is taken by its keys', async (t) => {
  const text =
    '{"a":1,"skip":{"b":[1,{"items":[5]}]},"items":[{"x":[]},[2],3],"__proto__":null,"skip":7,"b":{"c":[{}]}}'
  for (const size of [1, 5, 1000]) {
    t.strictSame(
      scanned(text, size).map(({ key, value }) => [key, value]),
      [
        ['a', 1],
        ['items', { x: [] }],
        ['items', [2]],
        ['items', 3],
        ['__proto__', null],
        ['b', { c: [{}] }],
      ],
    )
  }
  for (const wrong of ['{"items":{"a":1}}', '{"items":null}', '{"items":5}']) {
    t.throws(() => scanned(wrong, 4), { ...damage, message: /items is not a list/ })
  }
})
