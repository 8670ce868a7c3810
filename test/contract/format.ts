import { randomFillSync } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import type { Content, Format } from '../../lib/archive/format/format.ts'
import { Tally } from '../../lib/archive/object/tally.ts'
import { ElysiaError } from '../../lib/core/errors.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../lib/core/object.ts'
import type { CollectionSchema } from '../../lib/core/schema.ts'
import { some } from '../runs.ts'

/** A format, and what its page in docs/ says that it holds. */
export interface FormatCase {
  readonly format: Format
  /** Most pages of about 1 MiB that its encoder takes while nobody reads. */
  readonly holds: number
}

/** Runs what every format keeps (lib/archive/format/format.ts), each as a test of its own. */
export function formatContract(t: Test, { format, holds }: FormatCase): void {
  const { name } = format
  t.test(`${name}: what was encoded decodes to equal objects, however it was paged`, (t) => equal(t, format))
  t.test(`${name}: no objects are objects too`, async (t) => {
    for (const pages of [[], [[]]]) t.strictSame(await decoded(format, await encoded(format, pages)), [])
  })
  t.test(`${name}: what is written and what is read is counted and digested`, (t) => tallies(t, format))
  t.test(`${name}: the tenant is that of the content`, (t) => tenanted(t, format))
  t.test(`${name}: many objects keep their order`, (t) => ordered(t, format))
  t.test(`${name}: what it is given stays as it was`, (t) => leavesAlone(t, format))
  t.test(`${name}: while nobody reads it takes no more than it may hold`, (t) => stalls(t, format, holds))
  t.test(`${name}: a decoder hands on pages of bounded size, as they are asked for`, (t) => pages(t, format))
  t.test(`${name}: a number that is not finite is refused by name`, (t) => refuses(t, format))
  t.test(`${name}: cut, foreign or changed bytes are damage, or still objects`, (t) => damage(t, format))
  t.test(`${name}: destroyed or aborted, it closes and leaves nothing open`, (t) => closes(t, format))
}

const property = (name: string, type: string, more: JsonObject = {}) => ({ name, dataType: [type], ...more })

const nested = [
  property('word', 'text'),
  property('counts', 'int[]'),
  property('at', 'date'),
  property('deep', 'object', { nestedProperties: [property('flag', 'boolean')] }),
]

/** A class with a property of each data type. */
export const TRICKY_CLASS: CollectionSchema = {
  class: 'Tricky',
  properties: [
    ...['text', 'int', 'number', 'boolean', 'date', 'uuid', 'blob', 'geoCoordinates', 'phoneNumber'].map(
      (type) => property(`a_${type}`, type),
    ),
    ...['text', 'int', 'number', 'boolean', 'date', 'uuid'].map((type) =>
      property(`some_${type}`, `${type}[]`),
    ),
    property('one', 'object', { nestedProperties: nested as unknown as Json }),
    property('many', 'object[]', { nestedProperties: nested as unknown as Json }),
    property('seen', 'Tricky'),
    property('id_', 'text'),
    property('tenant', 'text'),
    property('Vector', 'text'),
    property('created', 'date'),
    property('_rest', 'text'),
  ],
  vectorConfig: { small: {}, rows: {} },
}

const idOf = (n: number) => `0a000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

const bags: JsonObject[] = [
  {},
  { a_text: '', a_int: 0, a_number: 0, a_boolean: false, some_text: [], some_int: [], many: [], seen: [] },
  { a_text: 'a\u0000b\u2028\r\n"\\', a_int: 2n ** 53n + 1n, a_number: 5e-324, a_boolean: true },
  { a_text: 'half \ud83d', some_text: ['\ude00', 'whole \u{1f600}'], one: { word: '\ud800' } },
  {
    a_int: -(2n ** 53n),
    a_number: 1.7976931348623157e308,
    some_int: [1, -1, 2n ** 53n + 1n],
    some_number: [0.1, 1e-7],
  },
  { a_int: 10n ** 20n, some_int: [1e300], a_number: 0.1 + 0.2 },
  { a_int: -0, some_int: [0, -0], a_number: -0, some_number: [-0, 0], one: { counts: [-0] } },
  { a_date: '2024-02-29T23:59:59Z', created: '1970-01-01T00:00:00Z' },
  {
    a_date: '2024-01-01T00:00:00.123456789+05:30',
    some_date: ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'],
  },
  { a_date: '2024-01-01T00:00:00.000Z', some_date: ['2024-01-01T00:00:00-00:00', '2024-01-01T00:00:00.5Z'] },
  { a_uuid: idOf(7), some_uuid: [idOf(8), idOf(9).toUpperCase()], a_blob: 'AAEC/w==' },
  {
    a_blob: Buffer.alloc(100_000, 7).toString('base64'),
    a_geoCoordinates: { latitude: 52.1, longitude: -0.1 },
  },
  { a_phoneNumber: { input: '030 1', defaultCountry: 'DE', countryCode: 49, national: 301, valid: true } },
  {
    some_boolean: [true, false, true],
    one: { word: 'x', counts: [], at: '2024-01-01T00:00:00+01:00', deep: { flag: true } },
  },
  { one: {}, many: [{}, { word: 'y', deep: {} }, { counts: [1, 2] }] },
  { seen: [{ beacon: `weaviate://localhost/Tricky/${idOf(1)}` }, { beacon: 'b', href: '/v1/objects/b' }] },
  {
    stranger: { of: ['no', 1, null, { schema: true }] },
    a_text: 12,
    a_int: 1.5,
    a_date: 'yesterday',
    many: 'none',
  },
  { id_: 'x', tenant: 'y', Vector: 'z', _rest: '{}', constructor: 'c', toString: 't', a_text: null },
  {
    a_text: 'long '.repeat(20_000),
    a_blob: 'not base64',
    a_geoCoordinates: { latitude: 1, longitude: 2, height: 3 },
  },
  JSON.parse('{"__proto__":{"polluted":true},"one":{"__proto__":"word"}}') as JsonObject,
]

const floats = (...numbers: number[]) => new Float32Array(numbers)
const vectorBags: Pick<StoredObject, 'vector' | 'vectors'>[] = [
  { vectors: { small: floats(1, -0, 1e-40, 0.1), rows: [floats(1, 2), floats(-0, 3.4028234663852886e38)] } },
  {},
  { vectors: { small: floats(1e-45, -1e-45, 1, 2) } },
  { vectors: { rows: [floats(0, 0)] } },
  { vector: floats(0.5, 0.25, 0.125) },
  { vectors: { small: floats(1, 2), rows: [floats(1, 2, 3)], other: floats(9) } },
  { vector: floats(1), vectors: { small: floats(4, 3, 2, 1) } },
]

/** Objects that formats have had trouble with, in order of id. */
export const TRICKY_OBJECTS: readonly StoredObject[] = bags.flatMap((properties, n) =>
  vectorBags.map((vectors, m) => ({
    id: idOf(n * vectorBags.length + m),
    properties,
    ...vectors,
    ...(m % 3 !== 1 && { createdMs: 1_700_000_000_000 + m, updatedMs: n }),
  })),
)

const content: Content = { schema: TRICKY_CLASS, vectors: 'base64' }

/** The bytes of pages, and the objects of bytes. */
export async function encoded(
  format: Format,
  pages: Iterable<readonly StoredObject[]>,
  { ...what }: Content = content,
): Promise<Buffer> {
  const pieces: Buffer[] = []
  await pipeline(Readable.from(pages), format.encode(what), async (bytes: AsyncIterable<Buffer>) => {
    for await (const piece of bytes) pieces.push(piece)
  })
  return Buffer.concat(pieces)
}

export async function decoded(
  format: Format,
  bytes: Buffer,
  what: Content = content,
): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  await pipeline(slices(bytes), format.decode(what), async (pages: AsyncIterable<StoredObject[]>) => {
    for await (const page of pages) objects.push(...page)
  })
  return objects
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 60_001) yield bytes.subarray(at, at + 60_001)
}

/** An object to compare: absent for null, at every depth; vectors as their bits. */
export function plain({ properties, vector, vectors, ...rest }: StoredObject): unknown {
  return {
    ...rest,
    properties: withoutNulls(properties),
    ...(vector !== undefined && { vector: bits(vector) }),
    ...(vectors !== undefined && {
      vectors: Object.entries(vectors)
        .sort()
        .map(([name, one]) => [name, bits(one)]),
    }),
  }
}

function bits(vector: Vector): unknown {
  if (!(vector instanceof Float32Array)) return vector.map(bits)
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex')
}

/** Entries in order of name, so that a name like `__proto__` is one like any other. */
/** Signs of zeros are said, since a comparison does not tell them apart. */
function withoutNulls(value: Json): unknown {
  if (Object.is(value, -0)) return 'negative zero'
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  return {
    entries: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, withoutNulls(inner)]),
  }
}

async function tallies(t: Test, format: Format): Promise<void> {
  const wanted = new Tally()
  for (const object of TRICKY_OBJECTS) wanted.add(object)
  for (const vectors of ['base64', 'numbers'] as const) {
    const [written, read] = [new Tally(), new Tally()]
    const what = { ...content, vectors }
    const pages = Readable.from(paged(TRICKY_OBJECTS, 10))
    const nowhere = new Writable({ objectMode: true, write: (_page, _encoding, done) => done() })
    await pipeline(pages, format.encode(what, written), format.decode(what, read), nowhere)
    t.strictSame(written.tallied(), wanted.tallied(), `written, ${vectors}`)
    t.strictSame(read.tallied(), wanted.tallied(), `read, ${vectors}`)
  }
}

async function equal(t: Test, format: Format): Promise<void> {
  const wanted = TRICKY_OBJECTS.map(plain)
  for (const vectors of ['base64', 'numbers'] as const) {
    for (const size of [1, 3, 1000]) {
      const bytes = await encoded(format, paged(TRICKY_OBJECTS, size), { ...content, vectors })
      const back = await decoded(format, bytes, { ...content, vectors })
      const found = back.map(plain)
      // A thousand comparisons of the test's own kind take longer than all else: those that are equal need none.
      for (const [n, object] of wanted.entries())
        if (!isDeepStrictEqual(found[n], object)) t.strictSame(found[n], object, `${back[n]?.id}`)
      t.equal(back.length, wanted.length, `${vectors}, ${size}`)
    }
  }
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
}

function* paged(objects: readonly StoredObject[], size: number): Generator<readonly StoredObject[]> {
  for (let at = 0; at < objects.length; at += size) yield objects.slice(at, at + size)
}

async function tenanted(t: Test, format: Format): Promise<void> {
  const what: Content = { ...content, tenant: 'ten-1' }
  const objects = [1, 2].map((n) => ({ id: idOf(n), properties: { tenant: 'mine' }, tenant: 'ten-1' }))
  t.strictSame(
    (await decoded(format, await encoded(format, [objects], what), what)).map(plain),
    objects.map(plain),
  )
}

async function ordered(t: Test, format: Format): Promise<void> {
  const objects = Array.from({ length: 5000 }, (_, n) => ({ id: idOf(n), properties: { a_int: n } }))
  const back = await decoded(format, await encoded(format, paged(objects, 700)))
  t.strictSame(
    back.map(({ id, properties }) => [id, properties.a_int]),
    objects.map(({ id }, n) => [id, n]),
  )
}

async function leavesAlone(t: Test, format: Format): Promise<void> {
  const objects = structuredClone(TRICKY_OBJECTS) as StoredObject[]
  freeze(objects)
  await encoded(format, [objects])
  t.strictSame(objects.map(plain), TRICKY_OBJECTS.map(plain))
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}

async function stalls(t: Test, format: Format, holds: number): Promise<void> {
  const encoder = format.encode(content)
  let taken = 0
  const source = Readable.from(
    endlessly(() => taken++),
    { highWaterMark: 1 },
  )
  source.pipe(encoder)
  for (let before = -1, quiet = 0; quiet < 12 && taken <= holds + 3; before = taken) {
    await wait(25)
    quiet = taken === before ? quiet + 1 : 0
  }
  t.ok(taken <= holds + 2, `took ${taken} pages, may hold ${holds}`)
  t.ok(taken > 0, 'took something')
  source.destroy()
  encoder.destroy()
}

/** Pages of about 1 MiB that no codec makes smaller. */
async function* endlessly(onTaken: () => void): AsyncGenerator<StoredObject[]> {
  for (let id = 0; ; ) {
    onTaken()
    yield Array.from({ length: 64 }, () => ({
      id: idOf(id++),
      properties: {},
      vectors: { small: noise(4096) },
    }))
    await turn()
  }
}

/** Random bits, without the highest of an exponent: all are finite. */
function noise(length: number): Float32Array {
  const bits = randomFillSync(new Uint32Array(length))
  for (let at = 0; at < length; at++) bits[at]! &= 0xbfffffff
  return new Float32Array(bits.buffer)
}

async function pages(t: Test, format: Format): Promise<void> {
  const objects = Array.from({ length: 6000 }, (_, n) => ({
    id: idOf(n),
    properties: { a_text: `object ${n}` },
  }))
  const decoder = format.decode(content)
  Readable.from(slices(await encoded(format, [objects]))).pipe(decoder)
  let count = 0
  for await (const page of decoder as AsyncIterable<StoredObject[]>) {
    t.ok(page.length > 0 && page.length <= 1000, `a page of ${page.length}`)
    count += page.length
    await turn()
    t.ok(decoder.readableLength <= 2, `${decoder.readableLength} pages wait`)
  }
  t.equal(count, objects.length)
}

async function refuses(t: Test, format: Format): Promise<void> {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const wrong: StoredObject[] = [
      { id: idOf(77), properties: {}, vector: floats(1, number) },
      { id: idOf(77), properties: {}, vectors: { small: floats(number) } },
      { id: idOf(77), properties: {}, vectors: { rows: [floats(1, 2), floats(3, number)] } },
    ]
    for (const object of wrong) {
      const sent = encoded(format, [[{ id: idOf(1), properties: {} }, object]])
      const error = await sent.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      t.ok(error instanceof ElysiaError, `${String(error)}`)
      t.match((error as ElysiaError | undefined)?.message, idOf(77))
    }
  }
}

async function damage(t: Test, format: Format): Promise<void> {
  const one = await encoded(format, [TRICKY_OBJECTS.slice(14, 15)])
  for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    await damaged(t, format, one.subarray(0, Math.floor(one.length * share)), `cut to ${share}`)
  }
  await damaged(t, format, one.subarray(0, one.length - 3), 'without its last three bytes')
  await damaged(t, format, Buffer.from('PAR1 nothing of ours {"id": PAR1'), 'something else')
  const bytes = await encoded(format, [TRICKY_OBJECTS.slice(0, 40)])
  // A third of the file at each run of the tests.
  const places = Array.from({ length: 300 }, (_, n) => n)
  for (const n of some(100, places)) {
    const flipped = Buffer.from(bytes)
    const at = Math.floor((n * bytes.length) / 300)
    flipped[at]! ^= 1 << (n & 7)
    const error = await decoded(format, flipped).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (error !== undefined && (error as ElysiaError).code !== 'ELYSIA_DAMAGED')
      t.fail(`a bit at ${at}: ${String(error)}`)
  }
  t.equal((await decoded(format, bytes)).length, 40, 'whole bytes decode after all that')
}

async function damaged(t: Test, format: Format, bytes: Buffer, what: string): Promise<void> {
  await t.rejects(decoded(format, bytes), { code: 'ELYSIA_DAMAGED' }, what)
}

async function closes(t: Test, format: Format): Promise<void> {
  // What is loaded lazily may stay open for the next stream.
  const bytes = await encoded(format, [TRICKY_OBJECTS])
  await decoded(format, bytes)
  const open = openResources()
  const abort = new AbortController()
  const reader = new Writable({ write: (_piece, _encoding, done) => done(void abort.abort()) })
  const source = Readable.from(endlessly(() => {}))
  await t.rejects(pipeline(source, format.encode(content), reader, { signal: abort.signal }), {
    name: 'AbortError',
  })
  for (const stream of [format.encode(content), format.decode(content)]) {
    stream.destroy()
    await closed(stream)
  }
  const full = format.encode(content)
  Readable.from(endlessly(() => {})).pipe(full)
  const unread = format.decode(content)
  Readable.from(slices(bytes)).pipe(unread)
  await wait(50)
  for (const stream of [full, unread]) {
    stream.destroy()
    await closed(stream)
  }
  for (let waits = 0; waits < 1000 && openResources() > open; waits++) await wait(10)
  t.ok(openResources() <= open, 'nothing is left open')
}

function closed(stream: Readable | Writable): Promise<void> {
  return stream.closed ? Promise.resolve() : new Promise((resolve) => stream.once('close', () => resolve()))
}

function openResources(): number {
  return process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
}
