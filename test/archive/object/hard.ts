// One collection that holds every data type with the values that are hardest to keep.

import type { Json, JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../../lib/core/schema.ts'
import { idOf } from '../../job/backup/archived.ts'
import { deep, UNUSUAL_NAMES } from '../values.ts'

const LONG = 'é🦑\u0000"\\\n'.repeat(7_000)
const ID = '0b0e5f3c-1a2b-4c3d-8e4f-5a6b7c8d9e0f'
const BEYOND = 2n ** 53n

/** By data type: each value on its own, and all of a type in a list where it comes in lists. */
const VALUES: Readonly<Record<string, readonly Json[]>> = {
  text: [
    '',
    '\u0000',
    'a\u0000b',
    '\ud83d',
    '\udc00\ud800',
    '\ufeff\u2028\r\n\t',
    '{"id":1}',
    LONG,
    'x'.repeat(100_000),
  ],
  int: [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), BEYOND, -BEYOND, BEYOND + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
  number: [0, 5e-324, -5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 1e21, 2 ** 53 + 2],
  boolean: [true, false],
  date: [
    '2024-05-06T07:08:09.123456789+02:00',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999-12:00',
    '1969-12-31T23:59:59.000Z',
    '2024-05-06T07:08:09.10-00:00',
  ],
  uuid: [
    ID,
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ID.toUpperCase(),
  ],
  blob: ['AA==', Buffer.alloc(70_000, 'blob').toString('base64')],
  geoCoordinates: [
    { latitude: 52.1, longitude: 4.2 },
    { latitude: -90, longitude: 180 },
    { latitude: 0, longitude: 5e-324 },
  ],
  phoneNumber: [{ input: '030 1234567', defaultCountry: 'DE' }, { input: '+1 650-253-0000' }],
}
const LISTED = ['text', 'int', 'number', 'boolean', 'date', 'uuid']

const DEEP = deep(40)
const ODD = UNUSUAL_NAMES.map((name) => ({ name, dataType: ['text'] }))
const WITHIN: PropertySchema[] = [...LISTED, 'blob'].map((type) => ({ name: type, dataType: [type] }))

/** `constructor` and the like stand at every place where a name may stand. */
export const HARD: CollectionSchema = {
  class: 'Hard',
  properties: [
    ...Object.keys(VALUES).map((type) => ({ name: `a_${type}`, dataType: [type] })),
    ...LISTED.map((type) => ({ name: `some_${type}`, dataType: [`${type}[]`] })),
    { name: 'inner', dataType: ['object'], nestedProperties: WITHIN },
    { name: 'inners', dataType: ['object[]'], nestedProperties: WITHIN },
    { name: 'odd', dataType: ['object'], nestedProperties: ODD },
    { name: 'odds', dataType: ['object[]'], nestedProperties: ODD },
    { name: 'deep', dataType: ['object'], nestedProperties: DEEP.properties },
    { name: 'constructor', dataType: ['text'] },
  ],
  vectorConfig: Object.fromEntries(
    ['constructor', 'colbert'].map((name) => [
      name,
      {
        vectorizer: { none: {} },
        vectorIndexType: 'hnsw',
        vectorIndexConfig:
          name === 'colbert'
            ? { distance: 'dot', multivector: { enabled: true } }
            : { distance: 'l2-squared' },
      },
    ]),
  ),
}

const DENORMAL = 1.401298464324817e-45
const VECTORS: readonly NonNullable<StoredObject['vectors']>[] = [
  {},
  { constructor: Float32Array.of(0, -0, DENORMAL) as never },
  { colbert: [Float32Array.of(-0, 1), Float32Array.of(-DENORMAL, 3.4028234663852886e38)] },
  { constructor: Float32Array.of(0.1, 1 / 3, -1e-20) as never, colbert: [Float32Array.of(1, 2)] },
]

/** An object for each value, in each place where it may stand. */
export function hardObjects(): StoredObject[] {
  const bags: JsonObject[] = [
    {},
    { odd: oddly('x') },
    { odds: [oddly('x'), {}, oddly('y')] },
    { deep: DEEP.value },
  ]
  bags.push({ inner: {} }, { inners: [] }, { inners: [{}] }, { constructor: 'text' }, {
    a_text: null,
  } as JsonObject)
  for (const [type, values] of Object.entries(VALUES)) {
    for (const value of values) {
      bags.push({ [`a_${type}`]: value })
      if (WITHIN.some(({ name }) => name === type)) {
        bags.push({ inner: { [type]: value } }, { inners: [{ [type]: value }, {}, { [type]: value }] })
      }
    }
    if (LISTED.includes(type)) bags.push({ [`some_${type}`]: [...values] }, { [`some_${type}`]: [] })
  }
  bags.push(Object.assign({}, ...bags) as JsonObject)
  return bags.map((properties, n): StoredObject => {
    const vectors = VECTORS[n % VECTORS.length]!
    const id = idOf(n, bags.length)
    return Object.keys(vectors).length === 0 ? { id, properties } : { id, properties, vectors }
  })
}

/** `fromEntries` makes an own property of `__proto__`, as JSON.parse does. */
function oddly(text: string): JsonObject {
  return Object.fromEntries(UNUSUAL_NAMES.map((name) => [name, `${text} ${name}`]))
}
