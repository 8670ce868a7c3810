import { deepStrictEqual } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { wasmMemory } from 'parquet-wasm/node'
import t from 'tap'
import type { Content } from '../../../../lib/archive/format/format.ts'
import { instantOf, textOf } from '../../../../lib/archive/format/parquet/date.ts'
import { readFooter } from '../../../../lib/archive/format/parquet/footer.ts'
import { parquet, parquetEncoder } from '../../../../lib/archive/format/parquet/format.ts'
import type { Json, JsonObject, StoredObject } from '../../../../lib/core/object.ts'
import type { PropertySchema } from '../../../../lib/core/schema.ts'
import { CHARACTERS } from '../../../characters.ts'
import { decoded, encoded, plain } from '../../../contract/format.ts'
import { runs, some, tried } from '../../../runs.ts'
import { plain as exactly } from '../../foreign/plain.ts'

const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 5e-324, 2 ** 53 + 2),
)
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 2n ** 53n, -(2n ** 53n), 2n ** 63n, -(2n ** 63n), 2n ** 62n + 1n),
)
const word = fc.oneof(fc.string({ unit: CHARACTERS }), fc.string(), fc.constantFrom('', '\u0000', '\ud83d'))
const number = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'))
const date = fc
  .tuple(
    fc.constantFrom('0000', '0001', '1684', '1970', '2024', '2256', '9999'),
    number(1, 12),
    number(1, 31),
    number(0, 24),
    number(0, 60),
    fc.constantFrom('', '.0', '.5', '.123', '.000', '.123456', '.1234567', '.123456789', '.000001'),
    fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:00'),
  )
  .map(
    ([year, month, day, hour, second, fraction, zone]) =>
      `${year}-${month}-${day}T${hour}:59:${second}${fraction}${zone}`,
  )

const VALUES: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  text: word,
  int: integer,
  number: finite,
  boolean: fc.boolean(),
  date,
  uuid: fc.uuid(),
  blob: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
  geoCoordinates: fc.record({ latitude: finite, longitude: finite }),
  phoneNumber: fc.record(
    { input: word, countryCode: integer, valid: fc.boolean() },
    { requiredKeys: ['input'] },
  ),
}

const name = fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,8}$/).filter((name) => name !== '__proto__')
const names = fc.oneof(
  { weight: 5, arbitrary: name },
  fc.constantFrom('tenant', 'Vector', 'created', '_rest', 'vector_a'),
)

const propertyNamed = fc.letrec<{ property: PropertySchema; nested: PropertySchema }>((tie) => ({
  property: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(names, fc.constantFrom(...Object.keys(VALUES)), fc.boolean()).map(([name, type, list]) => ({
      name,
      dataType: [list && type.length < 8 ? `${type}[]` : type],
    })),
    tie('nested') as fc.Arbitrary<PropertySchema>,
  ),
  nested: fc
    .tuple(names, fc.boolean(), properties(tie('property') as fc.Arbitrary<PropertySchema>))
    .map(([name, list, nestedProperties]) => ({
      name,
      dataType: [list ? 'object[]' : 'object'],
      nestedProperties,
    })),
})).property

function properties(one: fc.Arbitrary<PropertySchema>): fc.Arbitrary<PropertySchema[]> {
  return fc.uniqueArray(one, { maxLength: 5, selector: ({ name }) => name.toLowerCase() })
}

function oneOf(property: PropertySchema): fc.Arbitrary<Json> {
  const type = property.dataType[0]!
  if (type.endsWith('[]'))
    return fc.array(oneOf({ ...property, dataType: [type.slice(0, -2)] }), { maxLength: 4 })
  if (type !== 'object') return VALUES[type]!
  return bagOf(property.nestedProperties as PropertySchema[])
}

/** Mostly what the schema says, sometimes null, something else, or with strangers beside it. */
function bagOf(schema: readonly PropertySchema[]): fc.Arbitrary<JsonObject> {
  const wild = fc.jsonValue({ maxDepth: 2, stringUnit: CHARACTERS }) as fc.Arbitrary<Json>
  const fields = schema.map((property) => [
    property.name,
    fc.oneof(
      { weight: 8, arbitrary: oneOf(property) },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: wild },
    ),
  ])
  const known = fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>
  const strange = fc.option(fc.dictionary(names, wild, { maxKeys: 2 }), { freq: 6, nil: {} })
  return fc.tuple(strange, known).map(([strangers, own]) => ({ ...strangers, ...own }) as JsonObject)
}

const floats = (width: number) =>
  fc.float32Array({ minLength: width, maxLength: width, noNaN: true, noDefaultInfinity: true })
const single = fc.oneof({ weight: 5, arbitrary: floats(3) }, fc.integer({ min: 1, max: 4 }).chain(floats))
const several = fc.array(floats(2), { minLength: 1, maxLength: 3 })

function objectOf(schema: readonly PropertySchema[]): fc.Arbitrary<StoredObject> {
  return fc.record(
    {
      id: fc.uuid(),
      properties: bagOf(schema),
      vector: single,
      vectors: fc.dictionary(fc.constantFrom('a', 'A', 'rows', '__proto__'), fc.oneof(single, several), {
        minKeys: 1,
      }),
      createdMs: fc.maxSafeInteger(),
      updatedMs: fc.integer(),
    },
    { requiredKeys: ['id', 'properties'] },
  ) as fc.Arbitrary<StoredObject>
}

const scene = properties(propertyNamed).chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    objects: fc.array(objectOf(schema), { maxLength: 12 }),
    tenant: fc.option(fc.constant('t-1'), { nil: undefined }),
    size: fc.integer({ min: 1, max: 5 }),
  }),
)

t.test('any objects of any class come back as they were, bit by bit', async (t) => {
  const holds = async () =>
    fc.assert(
      fc.asyncProperty(scene, async ({ schema, objects, tenant, size }) => {
        const content: Content = {
          schema: { class: 'Any', properties: schema },
          vectors: 'base64',
          ...(tenant && { tenant }),
        }
        const encoder = parquetEncoder(content, {
          groupRows: 5,
          groupBytes: 2000,
          batchRows: size,
          batchBytes: 4000,
        })
        const bytes = Buffer.concat(await Readable.from([objects]).pipe(encoder).toArray())
        const back = await decoded(parquet, bytes, content)
        const wanted = objects.map((object) => bare({ ...object, ...(tenant && { tenant }) }))
        deepStrictEqual(back.map(bare), wanted)
      }),
      tried(40),
    )
  await t.resolves(holds())
})

/** An object to compare, with 0 for times that it does not have: a column of a file has no other. */
function bare(object: StoredObject): unknown {
  return exactly({ ...object, createdMs: object.createdMs ?? 0, updatedMs: object.updatedMs ?? 0 })
}

t.test('a number keeps the sign of its zero, an int as well', async (t) => {
  const schema = {
    class: 'Zero',
    properties: [
      { name: 'x', dataType: ['number'] },
      { name: 'n', dataType: ['int'] },
    ],
  }
  const content: Content = { schema, vectors: 'base64' }
  const object = { id: '00000000-0000-4000-8000-000000000000', properties: { x: -0, n: -0 } }
  const [back] = await decoded(parquet, await encoded(parquet, [[object]], content), content)
  t.ok(Object.is(back?.properties.x, -0))
  t.ok(Object.is(back?.properties.n, -0))
})

t.test('a date that its instant gives back is called exact, and no other', async (t) => {
  const holds = () =>
    fc.assert(
      fc.property(date, (text) => {
        const instant = instantOf(text)
        if (instant === undefined) return true
        const micros = BigInt(instant.millis) * 1000n + BigInt(instant.micros)
        return instant.exact === (textOf(micros) === text)
      }),
      { numRuns: runs(500) },
    )
  t.doesNotThrow(holds)
})

t.test('a vector of another width than the first, or one that comes late, is not lost', async (t) => {
  const content: Content = { schema: { class: 'Late', vectorIndexType: 'hnsw' }, vectors: 'base64' }
  const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const objects: StoredObject[] = Array.from({ length: 3000 }, (_, n) => ({ id: id(n), properties: {} }))
  objects[2500] = { id: id(2500), properties: {}, vector: new Float32Array([1, -0]) }
  objects[2501] = { id: id(2501), properties: {}, vector: new Float32Array([1, 2, 3]) }
  const back = await decoded(parquet, await encoded(parquet, [objects], content), content)
  t.strictSame(back.map(plain), objects.map(plain))
})

t.test('a vector wider than any column is read again, single or of several rows', async (t) => {
  const content: Content = { schema: { class: 'Wide', vectorIndexType: 'hnsw' }, vectors: 'base64' }
  const wide = Float32Array.from({ length: 65_536 }, (_, n) => n)
  const objects: StoredObject[] = [
    {
      id: '00000000-0000-4000-8000-000000000001',
      properties: {},
      vector: wide,
      vectors: { many: [wide, wide] },
    },
    { id: '00000000-0000-4000-8000-000000000002', properties: {}, vector: wide.slice(0, 65_535) },
  ]
  const back = await decoded(parquet, await encoded(parquet, [objects], content), content)
  t.strictSame(back.map(plain), objects.map(plain))
})

t.test('an object larger than the pages that are read is refused by name', async (t) => {
  const properties = ['a', 'b', 'c'].map((name) => ({ name, dataType: ['text'] }))
  const content: Content = { schema: { class: 'Long', properties }, vectors: 'base64' }
  const trip = async (lengths: Readonly<Record<string, number>>) => {
    const texts = Object.entries(lengths).map(([name, mib]) => [name, 'x'.repeat(mib * 2 ** 20)])
    const object = { id: '00000000-0000-4000-8000-000000000001', properties: Object.fromEntries(texts) }
    const [back] = await decoded(parquet, await encoded(parquet, [[object]], content), content)
    t.ok(isDeepStrictEqual({ ...back!.properties }, object.properties))
  }
  const refusal = (message: RegExp) => ({ code: 'ELYSIA_STORE', message, hint: /--format jsonl/ })
  await trip({ a: 119 })
  for (const name of some(1, ['a', 'unknown']))
    await t.rejects(trip({ [name]: 121 }), refusal(/has more than 120 MiB in one column/), name)
  await t.rejects(trip({ a: 90, b: 90, c: 90 }), refusal(/has more than 240 MiB/))
})

t.test('row groups are bounded by rows and by bytes, and the footer counts them', async (t) => {
  const content: Content = {
    schema: { class: 'Groups', properties: [{ name: 's', dataType: ['text'] }] },
    vectors: 'base64',
  }
  const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const objects = Array.from({ length: 3000 }, (_, n) => ({ id: id(n), properties: { s: 'x'.repeat(1000) } }))
  const groupsOf = async (groupRows: number, groupBytes: number) => {
    const encoder = parquetEncoder(content, { groupRows, groupBytes, batchRows: 100, batchBytes: 1e6 })
    return readFooter(Buffer.concat(await Readable.from([objects]).pipe(encoder).toArray()))
  }
  const byRows = await groupsOf(700, 1e9)
  t.strictSame(
    byRows.groups.map(({ rows }) => rows),
    [700, 700, 700, 700, 200],
  )
  t.equal(byRows.rows, 3000)
  t.equal(byRows.metadata.get('collection'), 'Groups')
  const byBytes = await groupsOf(65_536, 100_000)
  t.ok(
    byBytes.groups.every(({ rows }) => rows <= 500),
    'a row group is not much larger before it is compressed',
  )
})

t.test('encoders that are given up do not keep their row groups', async (t) => {
  const content: Content = { schema: { class: 'Left', vectorIndexType: 'hnsw' }, vectors: 'base64' }
  const page = Array.from({ length: 2000 }, (_, n) => ({
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    properties: {},
    vector: Float32Array.from({ length: 500 }, Math.random),
  }))
  const giveUp = async () => {
    const encoder = parquet.encode(content)
    await new Promise<void>((resolve) => encoder.write(page, () => resolve()))
    encoder.destroy()
    await new Promise((resolve) => encoder.once('close', resolve))
  }
  for (let n = 0; n < 5; n++) await giveUp()
  const before = wasmMemory().buffer.byteLength
  for (let n = 0; n < 25; n++) await giveUp()
  const grown = wasmMemory().buffer.byteLength - before
  t.ok(grown < 20e6, `${grown} bytes more after 25 of about 3 MB each`)
})
