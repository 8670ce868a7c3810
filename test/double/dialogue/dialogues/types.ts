import type { JsonObject } from '../../../../lib/core/object.ts'
import { type Dialogue, id, object, oneOf, put, rest, rpc, search } from '../dialogue.ts'
import { REFERENCE, TYPED } from './typed.ts'

/** Values that fit no property, by name of the property; each makes one request. */
const MISFITS: readonly JsonObject[] = [
  ...[5, true, ['a'], { a: 1 }].map((value) => ({ p_text: value })),
  ...['5', 1.5, 1e300, true, null, [1]].map((value) => ({ p_int: value })),
  ...['x', true].map((value) => ({ p_number: value })),
  ...['x', 1].map((value) => ({ p_boolean: value })),
  ...['yesterday', 5, '2024-01-01', '2024-02-30T00:00:00Z', '2024-01-01T00:00:00', ''].map((value) => ({
    p_date: value,
  })),
  ...['2024-01-01T00:00:00.5Z', '2024-01-01T00:00:00+02:00', '2024-01-01t00:00:00z'].map((value) => ({
    p_date: value,
  })),
  ...['x', 5, '', id(1).toUpperCase()].map((value) => ({ p_uuid: value })),
  ...['***', '', 5, 'YQ', 'YQ=='].map((value) => ({ p_blob: value })),
  ...['a', [1], ['a', true], [null]].map((value) => ({ p_texts: value })),
  ...[['a'], [1.5], 5].map((value) => ({ p_ints: value })),
  ...[['a'], 5].map((value) => ({ p_numbers: value })),
  ...[[1], true].map((value) => ({ p_booleans: value })),
  ...[['x'], [1], 'x'].map((value) => ({ p_dates: value })),
  ...[['x'], 'x'].map((value) => ({ p_uuids: value })),
  ...[5, { latitude: 1 }, { longitude: 1 }, { latitude: 'a', longitude: 2 }].map((value) => ({
    p_geoCoordinates: value,
  })),
  ...[5, { defaultCountry: 'nl' }, { input: 5 }].map((value) => ({ p_phoneNumber: value })),
  ...[5, { x: 'a' }, [{ x: 1 }], { x: 1, d: 'x' }].map((value) => ({ o: value })),
  ...[{ x: 1 }, [{ x: 'a' }], [1], [{ x: 1 }, { x: 1.5 }]].map((value) => ({ os: value })),
  ...['x', [{ beacon: `weaviate://localhost/TwinTypes/${id(77)}` }]].map((value) => ({ ref: value })),
  { ref: [{ beacon: `weaviate://localhost/TwinTypes/${id(1)}` }] },
  { p_int: 2 ** 53, p_number: 1e308 },
]

const FULL: JsonObject = {
  p_text: 'hällo\u0000x',
  p_int: 42,
  p_number: 1.5,
  p_boolean: true,
  p_date: '2024-01-01T00:00:00.123456789+02:00',
  p_uuid: 'ABCDEF00-0000-4000-8000-000000000001',
  p_blob: 'aGVsbG8=',
  p_geoCoordinates: { latitude: 52.1, longitude: 4.2 },
  p_dates: ['2024-01-01T00:00:00Z'],
  p_uuids: ['ABCDEF00-0000-4000-8000-000000000001'],
  p_numbers: [1, 2.5],
  p_ints: [1, 2],
  p_texts: ['a', 'b'],
  p_booleans: [true, false],
  o: { x: 1, l: ['a'], d: '2024-01-01T00:00:00Z', b: 'aGVsbG8=' },
  os: [{ x: 1 }, { x: 2 }],
}
const LISTS = {
  nonRefProperties: { p_text: '', p_int: null },
  intArrayProperties: [{ propName: 'p_ints', values: [1, 2, 3] }],
  numberArrayProperties: [
    { propName: 'p_numbers', valuesBytes: new Uint8Array(new Float64Array([1.5, 2]).buffer) },
  ],
  textArrayProperties: [{ propName: 'p_texts', values: ['q'] }],
  booleanArrayProperties: [{ propName: 'p_booleans', values: [true] }],
  emptyListProps: ['p_dates'],
  objectProperties: [
    {
      propName: 'o',
      value: { nonRefProperties: { x: 5 }, textArrayProperties: [{ propName: 'l', values: ['z'] }] },
    },
  ],
  objectArrayProperties: [{ propName: 'os', values: [{ nonRefProperties: { x: 9 } }] }],
}

/** Values of every type, fitting and not, by both protocols. */
export const TYPES: Dialogue = {
  title: 'types',
  steps: [
    TYPED,
    REFERENCE,
    put(object('TwinTypes', 1, FULL)),
    put({ ...object('TwinTypes', 2), properties: LISTS }),
    search('TwinTypes', {
      metadata: { uuid: true, vector: true, creationTimeUnix: true, lastUpdateTimeUnix: true },
    }),
    search('TwinTypes', { properties: { returnAllNonrefProperties: true } }),
    search('TwinTypes', { properties: { nonRefProperties: ['p_blob', 'p_text', 'o'] } }),
    search('TwinTypes', { properties: { nonRefProperties: ['p_text', 'wat'] } }),
    search('TwinTypes', {
      properties: { objectProperties: [{ propName: 'o', primitiveProperties: ['x', 'b'] }] },
    }),
    search('TwinTypes', { properties: {} }),
    rpc('search', { collection: 'TwinTypes' }),
    rest('GET /v1/objects?class=TwinTypes&include=vector&limit=10'),
    rest(`GET /v1/objects/TwinTypes/${id(1)}`),
    ...MISFITS.map((properties) => put(object('TwinTypes', 50, properties))),
    search('TwinTypes', { filters: oneOf(id(50)) }),
    ...MISFITS.map((properties) =>
      rest('POST /v1/batch/objects', { objects: [{ class: 'TwinTypes', id: id(50), properties }] }),
    ),
    rest(`GET /v1/objects/TwinTypes/${id(50)}`),
  ],
}
