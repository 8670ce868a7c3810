import type { Test } from 'tap'
import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { drain, idAt, type Open, one, PROPERTIES, plain, storeTest } from './world.ts'

const VALUES: readonly (readonly [property: string, title: string, value: Json])[] = [
  ['body', 'a NUL', 'before\u0000after'],
  ['body', 'an emoji, combining marks and right-to-left text', '🦑 é e\u0301 שלום'],
  ['body', 'line ends, quotes and control characters', '\r\n\t"\\\u0001\u2028\u007f'],
  ['body', 'a byte order mark', '\ufeffstart'],
  ['body', 'a text of a million characters', 'lorem ipsum '.repeat(90_000)],
  ['body', 'the empty text', ''],
  ['body', 'a text that looks like JSON', '{"a":[1,2]}'],
  ['body', 'a text that looks like a number', '0123'],
  ['size', 'zero', 0],
  ['size', 'a negative int', -42],
  ['size', 'the largest exact int', Number.MAX_SAFE_INTEGER],
  ['size', 'the int that a server rounds the largest of 64 bits to', 2n ** 63n],
  ['size', 'the smallest int', -(2n ** 63n)],
  ['ratio', 'a fraction', 0.1],
  ['ratio', 'a whole number', 3],
  ['ratio', 'a very large number', 1.7976931348623157e308],
  ['ratio', 'a very small number', 5e-324],
  ['draft', 'true', true],
  ['draft', 'false', false],
  ['tags', 'texts in their order', ['z', 'a', '', 'a', '🦑']],
  ['tags', 'one text', ['alone']],
  ['changed', 'a date with nanoseconds and an offset', '2024-05-06T07:08:09.123456789+02:00'],
  ['changed', 'a date in UTC', '1999-12-31T23:59:59Z'],
]

const DAY = '2024-05-06T07:08:09.5+02:00'
const UUID = '0b0e5f3c-1a2b-4c3d-8e4f-5a6b7c8d9e0f'

const TYPES = (reference: string) => [
  { name: 'photo', dataType: ['blob'] },
  { name: 'place', dataType: ['geoCoordinates'] },
  { name: 'phone', dataType: ['phoneNumber'] },
  { name: 'key', dataType: ['uuid'] },
  { name: 'keys', dataType: ['uuid[]'] },
  { name: 'sizes', dataType: ['int[]'] },
  { name: 'ratios', dataType: ['number[]'] },
  { name: 'drafts', dataType: ['boolean[]'] },
  { name: 'days', dataType: ['date[]'] },
  { name: 'inner', dataType: ['object'], nestedProperties: NESTED },
  { name: 'inners', dataType: ['object[]'], nestedProperties: NESTED },
  { name: 'cites', dataType: [reference] },
]
const NESTED = [
  { name: 'photo', dataType: ['blob'] },
  { name: 'size', dataType: ['int'] },
  { name: 'tags', dataType: ['text[]'] },
  { name: 'deep', dataType: ['object'], nestedProperties: [{ name: 'photo', dataType: ['blob'] }] },
]

const INNER = { photo: 'aW5uZXI=', size: 7, tags: ['a', 'b'], deep: { photo: 'ZGVlcA==' } }
const TYPED = {
  photo: 'YmxvYg==',
  place: { latitude: 52.5, longitude: -0.1 },
  phone: { input: '030 1234567', defaultCountry: 'DE' },
  key: UUID,
  keys: [UUID],
  sizes: [1, -2, Number.MAX_SAFE_INTEGER],
  ratios: [0.1, 3],
  drafts: [true, false],
  days: [DAY],
  inner: INNER,
  inners: [INNER, { size: 8 }],
}

function withoutPhone({ phone: _, ...rest }: JsonObject): JsonObject {
  return rest
}

/** Values come back as they were written. */
export async function valueTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'values come back as they were written', async (t, { make }) => {
    const collection = await make('Values')
    const objects = VALUES.map(([property, , value], n) => ({
      id: idAt(n),
      properties: { [property]: value },
    }))
    const outcomes = await collection.write(objects)
    for (const [n, [property, title]] of VALUES.entries()) {
      t.equal(outcomes[n]?.reason, undefined, `${title} is accepted`)
      const read = await one(collection, idAt(n), { properties: [property], vectors: false })
      t.strictSame(plain(read), plain(objects[n]), title)
    }
  })

  await storeTest(t, open, 'a negative zero keeps its sign', async (t, { make }) => {
    const collection = await make('Signs', {
      properties: [...PROPERTIES, { name: 'ratios', dataType: ['number[]'] }],
    })
    const properties = { ratio: -0, ratios: [-0, 0] }
    t.match(await collection.write([{ id: idAt(1), properties }]), [{ ok: true }])
    const read = await one(collection, idAt(1), { properties: ['ratio', 'ratios'], vectors: false })
    const { ratio, ratios } = read!.properties as typeof properties
    t.ok(Object.is(ratio, -0))
    t.ok(Object.is(ratios[0], -0))
    t.ok(Object.is(ratios[1], 0))
  })

  await storeTest(t, open, 'an object without any property is an object', async (t, { make }) => {
    const collection = await make('Bare')
    t.match(await collection.write([{ id: idAt(1), properties: {} }]), [{ ok: true }])
    t.same(plain(await one(collection, idAt(1))), { id: idAt(1), properties: {} })
  })

  await storeTest(t, open, 'every type is among all properties, blobs as well', async (t, { make, name }) => {
    const collection = await make('Types', { properties: [...PROPERTIES, ...TYPES(name('Types'))] })
    const properties: JsonObject = { ...TYPED }
    t.same(await collection.write([{ id: idAt(1), properties }]), [{ ok: true }])
    const what = { properties: 'all', vectors: true } as const
    const ways = {
      'by its id': await one(collection, idAt(1), what),
      'by pages': (await drain(collection.read(what)))[0],
      'by its id with references': await one(collection, idAt(1), { ...what, references: true }),
      'by pages with references': (await drain(collection.read({ ...what, references: true })))[0],
    }
    for (const [title, read] of Object.entries(ways)) {
      const { phone, ...rest } = read!.properties as JsonObject
      t.match(phone, TYPED.phone, `${title}: a server adds to a phone number`)
      t.same(rest, withoutPhone(TYPED), title)
    }
  })
}
