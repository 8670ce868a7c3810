import type { Json, JsonObject } from '../../lib/object.ts'

/** One request: a REST call, or an RPC with a partial message. */
export type Step =
  | { readonly rest: string; readonly body?: Json | string }
  | { readonly rpc: Rpc; readonly message: object }

export type Rpc = 'search' | 'batchObjects' | 'batchDelete' | 'aggregate' | 'tenantsGet'

/** Requests that belong together, about classes of their own: all begin with `Twin`. */
export interface Dialogue {
  readonly title: string
  readonly steps: readonly Step[]
}

export const id = (n: number): string => `a0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const rest = (call: string, body?: Json | string): Step =>
  body === undefined ? { rest: call } : { rest: call, body }
const rpc = (name: Rpc, message: object): Step => ({ rpc: name, message })

const post = (name: string, more: JsonObject = {}): Step =>
  rest('POST /v1/schema', { class: name, vectorizer: 'none', properties: [text('t')], ...more })
const text = (name: string): JsonObject => ({ name, dataType: ['text'] })
const put = (...objects: object[]): Step => rpc('batchObjects', { objects })
const object = (collection: string, n: number, properties: object = {}, more: object = {}): object => ({
  uuid: id(n),
  collection,
  properties: { nonRefProperties: properties },
  ...more,
})
const oneOf = (...values: string[]): object => ({
  operator: 12,
  on: [],
  filters: [],
  valueTextArray: { values },
  target: { property: '_id' },
})
const compared = (operator: number, property: string, value: object): object => ({
  operator,
  on: [],
  filters: [],
  target: { property },
  ...value,
})
const search = (collection: string, more: object = {}): Step =>
  rpc('search', { collection, uses127Api: true, limit: 20, metadata: { uuid: true }, ...more })
const bytes = (...numbers: number[]): Uint8Array => new Uint8Array(new Float32Array(numbers).buffer)
const rows = (dimension: number, ...numbers: number[]): Uint8Array =>
  Uint8Array.from([dimension, 0, ...bytes(...numbers)])

const SCALARS = ['text', 'int', 'number', 'boolean', 'date', 'uuid', 'blob', 'geoCoordinates', 'phoneNumber']
const ARRAYS = ['text', 'int', 'number', 'boolean', 'date', 'uuid']
const TYPED = post('TwinTypes', {
  properties: [
    ...SCALARS.map((type) => ({ name: `p_${type}`, dataType: [type] })),
    ...ARRAYS.map((type) => ({ name: `p_${type}s`, dataType: [`${type}[]`] })),
    {
      name: 'o',
      dataType: ['object'],
      nestedProperties: [
        { name: 'x', dataType: ['int'] },
        { name: 'l', dataType: ['text[]'] },
        { name: 'd', dataType: ['date'] },
        { name: 'b', dataType: ['blob'] },
      ],
    },
    { name: 'os', dataType: ['object[]'], nestedProperties: [{ name: 'x', dataType: ['int'] }] },
  ],
})
const REFERENCE = rest('POST /v1/schema/TwinTypes/properties', { name: 'ref', dataType: ['TwinTypes'] })

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

const tenantCalls = (tenant: string): Step[] => {
  const query = tenant === '' ? '' : `?tenant=${tenant}`
  const more = tenant === '' ? {} : { tenant }
  return [
    put(object('TwinTenants', 4, { t: 'x' }, more)),
    search('TwinTenants', more),
    search('TwinTenants', { ...more, after: id(0) }),
    rpc('aggregate', { collection: 'TwinTenants', objectsCount: true, ...more }),
    rpc('batchDelete', { collection: 'TwinTenants', filters: oneOf(id(4)), verbose: true, ...more }),
    rest(`GET /v1/objects/TwinTenants/${id(1)}${query}`),
    rest(`HEAD /v1/objects/TwinTenants/${id(1)}${query}`),
    rest(`GET /v1/objects?class=TwinTenants&limit=5${query.replace('?', '&')}`),
    rest(`DELETE /v1/objects/TwinTenants/${id(7)}${query}`),
    rest('POST /v1/batch/objects', {
      objects: [{ class: 'TwinTenants', id: id(8), properties: { t: 'q' }, ...more }],
    }),
    rest('POST /v1/objects', { class: 'TwinTenants', id: id(9), properties: { t: 'q' }, ...more }),
    rest(`DELETE /v1/objects/TwinTenants/${id(9)}${query}`),
  ]
}

/** What is asked of the double and of a real server alike. */
export const DIALOGUES: readonly Dialogue[] = [
  {
    title: 'server',
    steps: [
      rest('GET /v1/.well-known/live'),
      rest('GET /v1/.well-known/ready'),
      rest('GET /v1/.well-known/openid-configuration'),
      rest('GET /v1/nope'),
      rest('GET /v1/nodes'),
      rest('GET /v1/nodes/TwinNope?output=verbose'),
    ],
  },
  {
    title: 'schema',
    steps: [
      post('TwinA', { properties: [text('t'), { name: 'n', dataType: ['int'] }] }),
      rest('GET /v1/schema/TwinA'),
      rest('GET /v1/schema/twinA'),
      rest('GET /v1/schema/TwinNope'),
      post('TwinA'),
      post('TWINA'),
      post('twin-code'),
      post(''),
      rest('POST /v1/schema', {}),
      rest('POST /v1/schema', '{'),
      post('TwinB', { properties: [text('a b')] }),
      post('TwinB', { properties: [{ name: 'a', dataType: ['wat'] }] }),
      post('TwinB', { properties: [text('a'), text('A')] }),
      post('TwinB', { properties: [text('id')] }),
      post('TwinB', { properties: [{ name: 'a', dataType: ['TwinNope'] }] }),
      post('TwinB', { properties: [{ name: 'a', dataType: ['text'], tokenization: 'wat' }] }),
      post('TwinB', { vectorizer: 'text2vec-nope' }),
      post('TwinB', { multiTenancyConfig: { enabled: true }, shardingConfig: { desiredCount: 1 } }),
      rest('GET /v1/schema/TwinB'),
      rest('DELETE /v1/schema/TwinB'),
      rest('POST /v1/schema/TwinA/properties', { name: 'd', dataType: ['date'] }),
      rest('POST /v1/schema/TwinA/properties', { name: 'd', dataType: ['date'] }),
      rest('POST /v1/schema/TwinA/properties', { name: 'D', dataType: ['text'] }),
      rest('POST /v1/schema/TwinNope/properties', { name: 'd', dataType: ['date'] }),
      rest('POST /v1/schema/TwinA/properties', { name: 'Up', dataType: ['text[]'], tokenization: 'field' }),
      rest('POST /v1/schema/TwinA/properties', { name: 'o2', dataType: ['object'] }),
      rest('POST /v1/schema/TwinA/properties', { name: 'w', dataType: ['text'], tokenization: 'wat' }),
      rest('GET /v1/schema/TwinA'),
      rest('GET /v1/schema/TwinA/shards'),
      rest('GET /v1/schema/TwinNope/shards'),
      rest('GET /v1/schema/TwinA/tenants'),
      rest('GET /v1/nodes/TwinA?output=verbose'),
      post('twinLow', { invertedIndexConfig: { indexTimestamps: true }, vectorIndexConfig: { ef: 5 } }),
      post('TwinFlat', { vectorIndexType: 'flat', properties: [] }),
      rest('DELETE /v1/schema/TwinNope'),
    ],
  },
  {
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
  },
  {
    title: 'ids',
    steps: [
      post('TwinIds'),
      ...[
        'zzz',
        '',
        `{${id(65)}}`,
        id(66).replaceAll('-', ''),
        `urn:uuid:${id(67)}`,
        `urn:nope:${id(67)}`,
        `${id(68).slice(0, -1)}g`,
        id(69).toUpperCase(),
        id(70).replaceAll('-', '_'),
      ].map((uuid) => put({ ...object('TwinIds', 0, { t: uuid }), uuid })),
      put({ uuid: id(71), collection: 'TwinIds' }),
      put({ ...object('TwinIds', 72), collection: '' }),
      put(...[1, 2, 3].map((n) => object('TwinIds', 73, { t: `version ${n}` }))),
      put(
        object('TwinIds', 74, { t: 'a' }),
        object('TwinIds', 75, { t: 5 }),
        object('TwinIds', 76, { t: 'c' }),
      ),
      put(object('twinIds', 77, { t: 'lower' })),
      put(object('TwinIds', 78, {}, { tenant: 'x' })),
      put(),
      search('TwinIds'),
      search('TwinIds', { filters: oneOf(id(69).toUpperCase()) }),
      search('TwinIds', { filters: oneOf(id(69)) }),
      rest('POST /v1/batch/objects', { objects: [] }),
      rest('POST /v1/batch/objects', '{'),
      rest('POST /v1/batch/objects', { objects: [{ class: 'TwinIds', id: 'zzz' }] }),
      rest('POST /v1/batch/objects', {
        objects: [
          { class: 'TwinIds', id: id(80), properties: { t: 'a' } },
          { class: 'twinIds', id: id(81).toUpperCase(), properties: { t: 5 } },
        ],
      }),
      rest(`GET /v1/objects/TwinIds/${id(80)}`),
      rest(`GET /v1/objects/TwinIds/${id(80).toUpperCase()}`),
    ],
  },
  {
    title: 'cursor and filters',
    steps: [
      post('TwinPages', { properties: [text('t'), { name: 'n', dataType: ['int'] }] }),
      put(...[5, 3, 9, 1, 7].map((n) => object('TwinPages', n, { t: `t${n % 3}`, n }))),
      search('TwinPages'),
      search('TwinPages', { limit: 2 }),
      search('TwinPages', { limit: 2, offset: 3 }),
      search('TwinPages', { limit: 2, after: id(3) }),
      search('TwinPages', { limit: 2, after: id(4) }),
      search('TwinPages', { limit: 2, after: id(9) }),
      search('TwinPages', { limit: 0, after: id(3) }),
      search('TwinPages', { limit: 2, after: id(3).toUpperCase() }),
      search('TwinPages', { limit: 10_001 }),
      search('TwinPages', { limit: 10_000, offset: 1 }),
      search('TwinPages', { limit: 10_000, after: id(7) }),
      search('TwinPages', { after: 'zzz' }),
      search('TwinPages', { after: id(1), offset: 2 }),
      search('TwinPages', { after: id(0), filters: oneOf(id(1)) }),
      search('TwinPages', { after: id(0), sortBy: [{ ascending: true, path: ['_id'] }] }),
      search('TwinPages', { filters: oneOf('zzz') }),
      search('TwinPages', { filters: oneOf(id(9), id(1), id(2), id(9)) }),
      search('TwinPages', { filters: oneOf() }),
      search('TwinPages', { filters: compared(1, '_id', { valueText: id(5) }) }),
      search('TwinPages', {
        filters: compared(3, '_id', { valueText: id(3) }),
        sortBy: [{ ascending: true, path: ['_id'] }],
      }),
      search('TwinPages', {
        filters: compared(4, 'n', { valueInt: 5 }),
        sortBy: [{ ascending: false, path: ['n'] }],
      }),
      search('TwinPages', {
        filters: {
          operator: 7,
          on: [],
          filters: [compared(1, 't', { valueText: 't0' }), compared(3, '_id', { valueText: id(3) })],
        },
      }),
      search('TwinPages', { filters: compared(1, 'wat', { valueText: 'a' }) }),
      search('TwinNope'),
      search(''),
      search('twinPages', { limit: 1 }),
      search('TwinPages', { tenant: 'x' }),
      rpc('aggregate', { collection: 'TwinPages', objectsCount: true }),
      rpc('aggregate', { collection: 'TwinPages', objectsCount: true, tenant: 'x' }),
      rpc('aggregate', { collection: 'TwinNope', objectsCount: true }),
      rest('GET /v1/objects?class=TwinNope'),
      rest('GET /v1/objects?class=TwinPages'),
      rest(`GET /v1/objects?class=TwinPages&limit=2&after=${id(3)}`),
      rest('GET /v1/objects?class=TwinPages&after=zzz&limit=3'),
      rest(`GET /v1/objects?class=TwinPages&after=${id(1)}`),
      rest(`GET /v1/objects?class=TwinPages&after=${id(1)}&limit=10001`),
      rest('GET /v1/objects?class=TwinPages&limit=10001'),
      rest('GET /v1/objects?class=TwinPages&limit=0'),
      rest(`GET /v1/objects?class=TwinPages&after=${id(1)}&limit=10&offset=1`),
    ],
  },
  {
    title: 'batch delete',
    steps: [
      post('TwinGone'),
      put(...[1, 2, 3, 4].map((n) => object('TwinGone', n, { t: 'x' }))),
      rpc('batchDelete', {
        collection: 'TwinGone',
        filters: oneOf(id(3), id(1), id(9)),
        dryRun: true,
        verbose: true,
      }),
      rpc('batchDelete', { collection: 'TwinGone', filters: oneOf(id(3), id(1), id(9)), verbose: true }),
      rpc('batchDelete', { collection: 'TwinGone', filters: oneOf(id(3), id(1), id(9)) }),
      rpc('batchDelete', { collection: 'TwinGone', filters: oneOf(id(2)) }),
      rpc('batchDelete', { collection: 'TwinGone', filters: oneOf('zzz') }),
      rpc('batchDelete', { collection: 'TwinGone' }),
      rpc('batchDelete', { collection: 'TwinNope', filters: oneOf(id(2)) }),
      rpc('batchDelete', { collection: 'TwinGone', filters: oneOf(id(4)), tenant: 'x' }),
      rpc('batchDelete', { collection: 'TwinGone', filters: compared(1, 'wat', { valueText: 'a' }) }),
      search('TwinGone'),
    ],
  },
  {
    title: 'tenants',
    steps: [
      post('TwinTenants', { multiTenancyConfig: { enabled: true } }),
      rest('GET /v1/schema/TwinTenants/tenants'),
      rest('GET /v1/schema/TwinTenants/shards'),
      rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'a' }, { name: 'b', activityStatus: 'COLD' }]),
      rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'a' }, { name: 'c' }]),
      rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'b d' }]),
      rest('POST /v1/schema/TwinTenants/tenants', []),
      rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'x', activityStatus: 'WAT' }]),
      rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'x1' }, { name: 'x1' }]),
      rest('POST /v1/schema/TwinNope/tenants', [{ name: 'x' }]),
      post('TwinPlain'),
      rest('POST /v1/schema/TwinPlain/tenants', [{ name: 'x' }]),
      rest('GET /v1/schema/TwinTenants/tenants'),
      rest('GET /v1/schema/TwinTenants/tenants/a'),
      rest('GET /v1/schema/TwinTenants/tenants/nope'),
      rest('HEAD /v1/schema/TwinTenants/tenants/a'),
      rest('HEAD /v1/schema/TwinTenants/tenants/nope'),
      rpc('tenantsGet', { collection: 'TwinTenants' }),
      rpc('tenantsGet', { collection: 'TwinTenants', names: { values: ['a', 'zz'] } }),
      rpc('tenantsGet', { collection: 'TwinTenants', names: { values: [] } }),
      rpc('tenantsGet', { collection: 'TwinPlain' }),
      rpc('tenantsGet', { collection: 'TwinNope' }),
      put(
        object('TwinTenants', 1, { t: 'x' }, { tenant: 'a' }),
        object('TwinTenants', 2, { t: 'x' }),
        object('TwinTenants', 3, { t: 'x' }, { tenant: 'zz' }),
        object('TwinTenants', 4, { t: 'x' }, { tenant: 'b' }),
      ),
      ...['', 'a', 'b', 'zz'].flatMap(tenantCalls),
      rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'b', activityStatus: 'HOT' }]),
      rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'zz', activityStatus: 'HOT' }]),
      rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'a', activityStatus: 'INACTIVE' }]),
      rest('GET /v1/schema/TwinTenants/tenants'),
      rest('DELETE /v1/schema/TwinTenants/tenants', ['c']),
      rest('DELETE /v1/schema/TwinTenants/tenants', ['cc']),
      post('TwinAutoTenants', { multiTenancyConfig: { enabled: true, autoTenantCreation: true } }),
      put(object('TwinAutoTenants', 1, { t: 'x' }, { tenant: 'new' })),
      rest('GET /v1/schema/TwinAutoTenants/tenants'),
    ],
  },
  {
    title: 'vectors',
    steps: [
      post('TwinVector'),
      put(object('TwinVector', 1, {}, { vectorBytes: bytes(1, 2, 3.14) })),
      put(
        object('TwinVector', 2, {}, { vectorBytes: bytes(1, 2) }),
        object('TwinVector', 3),
        object('TwinVector', 4, {}, { vectors: [{ name: 'default', vectorBytes: bytes(4, 5, 6), type: 1 }] }),
        object('TwinVector', 5, {}, { vectors: [{ name: 'x', vectorBytes: bytes(4, 5, 6), type: 1 }] }),
        object('TwinVector', 6, {}, { vectorBytes: new Uint8Array([1, 2, 3]) }),
      ),
      search('TwinVector', { metadata: { uuid: true, vector: true } }),
      search('TwinVector', { metadata: { uuid: true, vectors: ['x'] } }),
      rest('GET /v1/objects?class=TwinVector&limit=9&include=vector'),
      rest('GET /v1/objects?class=TwinVector&limit=1'),
      rest(`GET /v1/objects/TwinVector/${id(1)}?include=vector`),
      put(object('TwinVector', 1, { t: 'replaced' })),
      rest(`GET /v1/objects/TwinVector/${id(1)}?include=vector`),
      rest('POST /v1/schema', {
        class: 'TwinNamed',
        properties: [],
        vectorConfig: {
          a: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' },
          b: { vectorizer: { none: {} }, vectorIndexType: 'flat' },
          m: {
            vectorizer: { none: {} },
            vectorIndexType: 'hnsw',
            vectorIndexConfig: { multivector: { enabled: true } },
          },
        },
      }),
      put(
        object(
          'TwinNamed',
          1,
          {},
          {
            vectors: [
              { name: 'a', vectorBytes: bytes(1, 2), type: 1 },
              { name: 'b', vectorBytes: bytes(1, 2, 3) },
              { name: 'm', vectorBytes: rows(2, 1, 2, 3, 4), type: 2 },
            ],
          },
        ),
      ),
      put(
        object('TwinNamed', 2, {}, { vectors: [{ name: 'a', vectorBytes: bytes(1, 2, 3), type: 1 }] }),
        object('TwinNamed', 3, {}, { vectors: [{ name: 'zz', vectorBytes: bytes(1, 2), type: 1 }] }),
        object('TwinNamed', 4, {}, { vectorBytes: bytes(1, 2) }),
        object('TwinNamed', 5, {}, { vectors: [{ name: 'm', vectorBytes: bytes(1, 2), type: 1 }] }),
        object('TwinNamed', 6),
        object('TwinNamed', 7, {}, { vectors: [{ name: 'a', vectorBytes: rows(2, 1, 2), type: 2 }] }),
      ),
      search('TwinNamed', { metadata: { uuid: true, vector: true } }),
      search('TwinNamed', { metadata: { uuid: true, vectors: ['a', 'm'] } }),
      rest('GET /v1/objects?class=TwinNamed&limit=9&include=vector'),
      rest('GET /v1/schema/TwinNamed'),
      rest('POST /v1/batch/objects', {
        objects: [
          {
            class: 'TwinNamed',
            id: id(8),
            vectors: {
              a: [1, 2],
              m: [
                [1, 2],
                [3, 4],
              ],
            },
          },
          { class: 'TwinNamed', id: id(9), vectors: { a: [[1, 2]] } },
        ],
      }),
      rest('POST /v1/schema', {
        class: 'TwinOnly',
        properties: [],
        vectorConfig: { only: { vectorizer: { none: {} }, vectorIndexType: 'flat' } },
      }),
      put(object('TwinOnly', 1, {}, { vectorBytes: bytes(1, 2) })),
      rest(`GET /v1/objects/TwinOnly/${id(1)}?include=vector`),
    ],
  },
  {
    title: 'auto-schema',
    steps: [
      put(object('TwinNew', 1)),
      rest('GET /v1/schema/TwinNew'),
      put(object('twin-new', 1)),
      put(object('TWINNEW', 1)),
      put(
        object('TwinNew', 2, {
          n_text: 'x',
          n_int: 5,
          n_bool: true,
          n_date: '2024-01-01T00:00:00Z',
          n_uuid: id(1),
          n_geo: { latitude: 1, longitude: 2 },
          n_obj: { a: 1, b: 'x' },
          n_texts: ['a'],
          n_ints: [1, 2],
          n_dates: ['2024-01-01T00:00:00Z'],
          n_objs: [{ a: 1 }],
          n_empty: [],
          N_Up: 'x',
          n_null: null,
        }),
      ),
      rest('GET /v1/schema/TwinNew'),
      rest(`GET /v1/objects/TwinNew/${id(2)}`),
      put(object('TwinNew', 3, { 'bad name': 'x' })),
      put(object('TwinNew', 3, { N_TEXT: 'x' })),
      put(object('TwinNew', 3, { id: 'x' })),
      put(object('TwinNew', 3, { n_obj: { c: 5 } })),
      rest('POST /v1/batch/objects', {
        objects: [
          { class: 'TwinNew', id: id(4), properties: { r_num: 5.5, r_int: 5, r_ints: [5], r_null: null } },
        ],
      }),
      rest('GET /v1/schema/TwinNew'),
    ],
  },
  {
    title: 'objects one by one',
    steps: [
      TYPED,
      REFERENCE,
      put(object('TwinTypes', 1, { p_text: 'target' })),
      rest('POST /v1/objects', {
        class: 'TwinTypes',
        id: id(90),
        properties: { p_text: 'a' },
        vector: [1, 2],
      }),
      rest('POST /v1/objects', { class: 'TwinTypes', id: id(90), properties: { p_text: 'a' } }),
      rest('POST /v1/objects', { class: 'TwinTypes', id: id(91), properties: { p_text: 5 } }),
      rest('POST /v1/objects', { class: 'TwinTypes', id: 'zzz', properties: {} }),
      rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', properties: { p_int: 5 } }),
      rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
      rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, {
        class: 'TwinTypes',
        properties: { p_text: null, ref: [{ beacon: `weaviate://localhost/TwinTypes/${id(1)}` }] },
      }),
      rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, {
        properties: { ref: [{ beacon: `weaviate://localhost/TwinTypes/${id(1)}` }] },
        vector: [3, 4],
      }),
      rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
      rest(`PATCH /v1/objects/TwinTypes/${id(99)}`, { class: 'TwinTypes', properties: { p_int: 5 } }),
      rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', properties: { p_int: '5' } }),
      rest(`PATCH /v1/objects/TwinNope/${id(90)}`, { class: 'TwinNope', properties: { p_int: 5 } }),
      rest(`PUT /v1/objects/TwinTypes/${id(90)}`, {
        class: 'TwinTypes',
        id: id(90),
        properties: { p_int: 6 },
      }),
      rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
      rest(`PUT /v1/objects/TwinTypes/${id(99)}`, { class: 'TwinTypes', id: id(99), properties: {} }),
      rest(`PUT /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', id: id(99), properties: {} }),
      rest(`PUT /v1/objects/TwinTypes/${id(90)}`, {
        class: 'TwinTypes',
        id: id(90),
        properties: { p_int: 'x' },
      }),
      rest(`PUT /v1/objects/TwinNope/${id(90)}`, { class: 'TwinNope', id: id(90), properties: {} }),
      rest(`GET /v1/objects/TwinTypes/${id(3)}`),
      rest(`HEAD /v1/objects/TwinTypes/${id(3)}`),
      rest(`HEAD /v1/objects/TwinTypes/${id(1)}`),
      rest(`GET /v1/objects/TwinNope/${id(3)}`),
      rest(`HEAD /v1/objects/TwinNope/${id(3)}`),
      rest('GET /v1/objects/TwinTypes/zzz'),
      rest(`DELETE /v1/objects/TwinNope/${id(3)}`),
      rest(`DELETE /v1/objects/TwinTypes/${id(3)}`),
      rest(`DELETE /v1/objects/TwinTypes/${id(90)}`),
      rest(`GET /v1/objects/TwinTypes/${id(90)}`),
      rest('DELETE /v1/objects/TwinTypes/zzz'),
      put({
        ...object('TwinTypes', 92, { p_text: 'x' }),
        properties: { singleTargetRefProps: [{ uuids: [id(1)], propName: 'ref' }] },
      }),
      rest(`GET /v1/objects/TwinTypes/${id(92)}`),
    ],
  },
]

/** The classes that a dialogue may leave behind. */
export function classesOf(dialogue: Dialogue): string[] {
  const names = JSON.stringify(dialogue.steps).match(/\btwin\w+/gi) ?? []
  return [...new Set(names.map((name) => name.slice(0, 1).toUpperCase() + name.slice(1)))]
}
