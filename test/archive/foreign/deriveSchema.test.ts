import t from 'tap'
import { SchemaDerivation } from '../../../lib/archive/foreign/deriveSchema.ts'
import type { Json, JsonObject } from '../../../lib/core/object.ts'
import type { PropertySchema } from '../../../lib/core/schema.ts'

const ID = '00000000-0000-4000-8000-000000000001'

function derived(...objects: JsonObject[]): PropertySchema[] {
  const derivation = new SchemaDerivation()
  for (const properties of objects) derivation.addProperties(properties)
  return derivation.properties()
}

/** The data type of one property that has these values in objects. */
function typeOf(...values: Json[]): string {
  return derived(...values.map((value) => ({ value })))[0]!.dataType.join(',')
}

t.test('deriveSchema: each kind of value becomes the data type that holds it', async (t) => {
  const cases: [string, Json[]][] = [
    ['text', ['a', 'b']],
    ['text', ['']],
    ['int', [1, -5, 0]],
    ['number', [1, 1.5]],
    ['number', [2 ** 53]],
    ['number', [-0]],
    ['boolean', [true, false]],
    ['date', ['2024-02-29T23:59:59.123456789+02:00', '1970-01-01T00:00:00Z']],
    ['text', ['2024-02-29T23:59:59Z', 'soon']],
    ['text', ['2023-02-29T00:00:00Z']],
    ['text', ['2024-01-01']],
    ['uuid', [ID]],
    ['text', [ID.replace('8000', 'ABCD')]],
    ['text', [ID, '2024-02-29T23:59:59Z']],
    ['geoCoordinates', [{ latitude: 1, longitude: -2.5 }]],
    ['object', [{ latitude: 1, longitude: 2, altitude: 3 }]],
    ['phoneNumber', [{ input: '020 1234567', defaultCountry: 'nl', valid: true, countryCode: 31 }]],
    ['object', [{ input: 'a text of another kind' }]],
    ['text[]', [['a'], []]],
    ['int[]', [[1], [2]]],
    ['number[]', [[1], [2.5]]],
    ['boolean[]', [[true]]],
    ['date[]', [['2024-02-29T23:59:59Z']]],
    ['uuid[]', [[ID, ID]]],
    ['object[]', [[{ a: 1 }]]],
    ['object[]', [[{ latitude: 1, longitude: 2 }]]],
    ['text', [null]],
    ['text[]', [[], null]],
    ['int', [null, 5]],
    [
      'Article,Author',
      [
        [{ beacon: `weaviate://localhost/Author/${ID}`, href: '/v1' }],
        [{ beacon: `weaviate://localhost/Article/${ID}` }],
      ],
    ],
    ['object[]', [[{ beacon: `weaviate://localhost/${ID}` }]]],
  ]
  for (const [type, values] of cases) t.equal(typeOf(...values), type, JSON.stringify(values))
})

t.test('deriveSchema: objects nest, with the names of all of them', async (t) => {
  const [property] = derived(
    { author: { name: 'a', born: null, home: { latitude: 1, longitude: 2 } } },
    { author: { born: '1970-01-01T00:00:00Z', pages: [{ n: 1 }, { n: 1.5 }], ['__proto__']: 1, none: {} } },
  )
  t.strictSame(property, {
    name: 'author',
    dataType: ['object'],
    nestedProperties: [
      { name: 'name', dataType: ['text'] },
      { name: 'born', dataType: ['date'] },
      {
        name: 'home',
        dataType: ['object'],
        nestedProperties: [
          { name: 'latitude', dataType: ['int'] },
          { name: 'longitude', dataType: ['int'] },
        ],
      },
      { name: 'pages', dataType: ['object[]'], nestedProperties: [{ name: 'n', dataType: ['number'] }] },
      { name: '__proto__', dataType: ['int'] },
      { name: 'none', dataType: ['object'], nestedProperties: [{ name: 'unknown', dataType: ['text'] }] },
    ],
  })
})

t.test('deriveSchema: values that no data type holds are a conflict that names the property', async (t) => {
  const conflicts: [RegExp, Json[]][] = [
    [/value is text here, int there/, ['a', 1]],
    [/value is a list here/, ['a', ['a']]],
    [/value is a list of lists/, [[[1]]]],
    [/value\.deep is boolean here, object there/, [{ deep: true }, { deep: {} }]],
  ]
  for (const [message, values] of conflicts) {
    t.throws(() => typeOf(...values), { code: 'ELYSIA_CONFLICT', message, hint: /--schema/ })
  }
})

t.test('deriveSchema: vectors and tenants shape the class', async (t) => {
  const derivation = new SchemaDerivation()
  const vector = Float32Array.of(1, 2)
  derivation.add({ properties: { a: 1 }, vector, tenant: 'x' })
  derivation.add({ properties: {}, vectors: { title: vector, tokens: [vector] }, tenant: 'y' })
  t.strictSame(derivation.schema('Derived'), {
    class: 'Derived',
    properties: [{ name: 'a', dataType: ['int'] }],
    vectorizer: 'none',
    vectorIndexType: 'hnsw',
    vectorConfig: {
      title: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' },
      tokens: {
        vectorizer: { none: {} },
        vectorIndexType: 'hnsw',
        vectorIndexConfig: { multivector: { enabled: true } },
      },
    },
    multiTenancyConfig: { enabled: true },
  })
  derivation.add({ properties: {} })
  t.throws(() => derivation.schema('Derived'), {
    code: 'ELYSIA_CONFLICT',
    message: /2 of 3 objects have a tenant/,
  })
})

t.test('deriveSchema: objects without anything are a class without anything', async (t) => {
  t.strictSame(new SchemaDerivation().schema('Bare'), { class: 'Bare', properties: [], vectorizer: 'none' })
})
