import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { countIn, deletionsIn, refusalsIn } from '../../../lib/store/weaviate/grpc/batchReply.ts'
import {
  batchDeleteRequest,
  batchObjectsRequest,
  countRequest,
} from '../../../lib/store/weaviate/grpc/batchRequest.ts'
import { extentOf, objectsOf, uuidOf } from '../../../lib/store/weaviate/grpc/decode.ts'
import { batchObject, isWellFormed, messageBytes } from '../../../lib/store/weaviate/grpc/encode.ts'
import { idFilter } from '../../../lib/store/weaviate/grpc/filters.ts'
import { QUORUM, type SearchQuery } from '../../../lib/store/weaviate/grpc/messages.ts'
import { MalformedReply } from '../../../lib/store/weaviate/grpc/protobuf.ts'
import { searchRequest } from '../../../lib/store/weaviate/grpc/searchRequest.ts'
import {
  isRectangular,
  rowsBytes,
  rowsOf,
  vectorBytes,
  vectorOf,
} from '../../../lib/store/weaviate/grpc/vectors.ts'
import { layoutOf, metadataRequest, unknownProperty } from '../../../lib/store/weaviate/schema/layout.ts'
import { WeaviateDefinition } from '../../double/grpc/wire.ts'

const ID = '00112233-4455-6677-8899-aabbccddeeff'
const { encode } = WeaviateDefinition.methods.batchObjects.requestType
const reply = WeaviateDefinition.methods.search.responseType
const request = WeaviateDefinition.methods.search.requestType
const { batchObjects, batchDelete, aggregate } = WeaviateDefinition.methods

const bits = (row: Float32Array) => Buffer.from(vectorBytes(row)).toString('hex')
const row = (min: number, max: number) => fc.float32Array({ minLength: min, maxLength: max })
const sent = (properties: JsonObject) => batchObject({ id: ID, properties }, 'Some', '').properties

/** The bytes of a reply with these results, as the client's generated code writes them. */
function replyOf(...results: object[]): Buffer {
  return Buffer.from(
    reply.encode(reply.fromPartial({ results } as Parameters<typeof reply.fromPartial>[0])).finish(),
  )
}

const read = (reply: Buffer, tenant?: string) => [...objectsOf(reply, tenant)].flat()

t.test('a vector keeps every bit, whatever its numbers and wherever it lies in its buffer', async (t) => {
  const holds = () =>
    fc.assert(
      fc.property(row(0, 50), (vector) => {
        const shifted = new Uint8Array(vector.byteLength + 3)
        shifted.set(vectorBytes(vector), 3)
        return bits(vectorOf(shifted.subarray(3))) === bits(vector)
      }),
    )
  t.doesNotThrow(holds)
  const part = new Float32Array([1, 2, 3, 4]).subarray(1, 3)
  t.strictSame([...vectorOf(vectorBytes(part))], [2, 3])
})

t.test('a multi-vector keeps every row', async (t) => {
  const rows = fc.nat(8).chain((width) => fc.array(row(width + 1, width + 1), { minLength: 1, maxLength: 6 }))
  const holds = () =>
    fc.assert(
      fc.property(rows, (rows) => {
        const back = rowsOf(rowsBytes(rows))
        return back.length === rows.length && back.every((one, n) => bits(one) === bits(rows[n]!))
      }),
    )
  t.doesNotThrow(holds)
})

t.test('rows of different lengths, or none, are no multi-vector', async (t) => {
  t.ok(isRectangular([new Float32Array(2), new Float32Array(2)]))
  t.notOk(isRectangular([new Float32Array(2), new Float32Array(3)]))
  t.notOk(isRectangular([]))
  t.notOk(isRectangular([new Float32Array(0)]))
  t.notOk(isRectangular([new Float32Array(0x10000)]))
})

t.test(
  'lists travel packed by kind, empty ones by name, mixed ones as a struct, nulls not at all',
  async (t) => {
    const properties = { a: ['x'], b: [true], c: [1, 2.5], d: [], e: [1, 'x'], f: null, g: 'y', h: { i: 1 } }
    t.match(sent(properties), {
      textArrayProperties: [{ propName: 'a', values: ['x'] }],
      booleanArrayProperties: [{ propName: 'b', values: [true] }],
      numberArrayProperties: [{ propName: 'c' }],
      emptyListProps: ['d'],
      nonRefProperties: { e: [1, 'x'], g: 'y', h: { i: 1 } },
    })
    t.notOk('f' in (sent(properties)?.nonRefProperties ?? {}))
    const { valuesBytes = new Uint8Array() } = sent(properties)!.numberArrayProperties[0]!
    t.strictSame([...new Float64Array(new Uint8Array(valuesBytes).buffer)], [1, 2.5])
  },
)

t.test('half a surrogate pair is found wherever it stands', async (t) => {
  for (const value of ['\ud83d', ['\ude00'], { deep: [{ er: 'a\ud83d' }] }, { 'k\ud83d': 1 }]) {
    t.notOk(isWellFormed(value))
  }
  for (const value of ['\u{1f600}', '\u0000', null, 1, { a: ['é'] }]) t.ok(isWellFormed(value))
})

t.test('an object never takes more of a message than was reckoned', async (t) => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const single = fc.oneof(fc.string({ unit: 'grapheme' }), number, fc.boolean(), fc.constant(null))
  const value = fc.oneof(
    single,
    fc.array(fc.string()),
    fc.array(number),
    fc.array(fc.boolean()),
    fc.array(single),
    fc.dictionary(fc.string(), single),
  )
  const object = fc.record({
    properties: fc.dictionary(fc.string(), value),
    vector: row(0, 20),
    named: fc.dictionary(fc.string({ maxLength: 8 }), row(1, 9)),
  })
  const holds = () =>
    fc.assert(
      fc.property(object, ({ properties, vector, named }) => {
        const object: StoredObject = { id: ID, properties: properties as JsonObject, vector, vectors: named }
        const objects = [batchObject(object, 'A'.repeat(64), 't'.repeat(64))]
        return encode({ objects } as Parameters<typeof encode>[0]).finish().length <= messageBytes(object)
      }),
    )
  t.doesNotThrow(holds)
})

t.test('an answer becomes an object: dates and uuids as texts, packed numbers as numbers', async (t) => {
  const float64 = new Uint8Array(new Float64Array([1.5, -0.1]).buffer)
  const int64 = new Uint8Array(new BigInt64Array([-3n, 9n]).buffer)
  const fields = {
    title: { textValue: 'a' },
    size: { intValue: 0 },
    draft: { boolValue: false },
    changed: { dateValue: '2024-01-02T03:04:05.678901+02:00' },
    gone: { nullValue: 0 },
    ratios: { listValue: { numberValues: { values: float64 } } },
    sizes: { listValue: { intValues: { values: int64 } } },
    none: { listValue: {} },
    place: { geoValue: { latitude: Math.fround(52.3932), longitude: Math.fround(-4.88) } },
    inner: { objectValue: { fields: { a: { textValue: 'b' } } } },
  }
  const metadata = {
    id: ID,
    vectorBytes: vectorBytes(new Float32Array([1])),
    vectors: [{ name: 'many', type: 2, vectorBytes: rowsBytes([new Float32Array([1, 2])]) }],
  }
  const result = { metadata, properties: { nonRefProps: { fields } } }
  const [object, other] = read(replyOf(result, { metadata: { id: 'b' } }), 'one')
  t.strictSame(other, { id: 'b', properties: {}, tenant: 'one' })
  t.strictSame(object, {
    id: ID,
    properties: {
      title: 'a',
      size: 0,
      draft: false,
      changed: '2024-01-02T03:04:05.678901+02:00',
      ratios: [1.5, -0.1],
      sizes: [-3, 9],
      none: [],
      place: { latitude: 52.3932, longitude: -4.88 },
      inner: { a: 'b' },
    },
    vector: new Float32Array([1]),
    vectors: { many: [new Float32Array([1, 2])] },
    tenant: 'one',
  })
})

t.test('fields that are not known, and those that are not asked for, are passed over', async (t) => {
  const metadata = {
    id: ID,
    vector: [1, 2, 3],
    creationTimeUnix: 5,
    creationTimeUnixPresent: true,
    lastUpdateTimeUnix: 6,
    distance: 0.5,
    explainScore: 'because',
    isConsistent: true,
  }
  const properties = { targetCollection: 'Some', refProps: [{ propName: 'of', properties: [{}] }] }
  t.strictSame(read(replyOf({ metadata, properties })), [{ id: ID, properties: {}, createdMs: 5 }])
})

t.test('how many objects a reply holds, and which is the last, is told without reading it', async (t) => {
  const ids = Array.from({ length: 300 }, (_, n) => `id ${n}`)
  const reply = replyOf(...ids.map((id) => ({ properties: {}, metadata: { id } })))
  t.strictSame(extentOf(reply), { count: 300, lastId: 'id 299' })
  t.strictSame(
    read(reply).map(({ id }) => id),
    ids,
  )
  t.strictSame(extentOf(replyOf()), { count: 0, lastId: '' })
})

t.test('an int is read as it is, and not at all where the server had no bits for it', async (t) => {
  const size = (intValue: string) => {
    const result = { properties: { nonRefProps: { fields: { size: { intValue } } } } }
    return read(replyOf(result))[0]!.properties.size
  }
  for (const int of ['9007199254740991', '-9007199254740991', '-1', '0', '4294967296']) {
    t.equal(size(int), Number(int))
  }
  for (const int of [
    '9007199254740992',
    '-9007199254740993',
    '1306415010221662247',
    '-9223372036854775807',
  ]) {
    t.equal(size(int), BigInt(int))
  }
  for (const int of ['-9223372036854775808', '9223372036854775807']) {
    t.throws(() => size(int), { name: 'InexactInt' })
  }
})

t.test('an answer that ends too soon is an error, wherever it ends', async (t) => {
  const fields = { title: { textValue: 'some text' }, ratio: { numberValue: 1.5 } }
  const vectorBytes = new Uint8Array(new Float32Array([1, 2]).buffer)
  const whole = replyOf({ metadata: { id: ID, vectorBytes }, properties: { nonRefProps: { fields } } })
  const same = (end: number) => {
    try {
      return read(whole.subarray(0, end)).length === 1
    } catch (thrown) {
      return !(thrown instanceof MalformedReply)
    }
  }
  t.strictSame(Array.from({ length: whole.length - 1 }, (_, end) => end + 1).filter(same), [])
})

t.test('a request says all that is asked for, as the client would', async (t) => {
  const fetch: SearchQuery = {
    collection: 'Some',
    tenant: 'one',
    limit: 10_000,
    after: ID,
    filters: idFilter([ID, 'x']),
    properties: {
      nonRefProperties: ['a', 'é'],
      refProperties: [],
      objectProperties: [
        {
          propName: 'o',
          primitiveProperties: ['p', 'q'],
          objectProperties: [{ propName: 'r', primitiveProperties: ['s'], objectProperties: [] }],
        },
      ],
      returnAllNonrefProperties: false,
    },
    metadata: metadataRequest(
      layoutOf({ class: 'Some', vectorIndexType: 'hnsw', vectorConfig: { v: {}, w: {} } }),
      { properties: 'all', vectors: true, times: true },
    ),
    consistencyLevel: QUORUM,
  }
  const uses = { uses123Api: true, uses125Api: true, uses127Api: true }
  t.strictSame(request.decode(searchRequest(fetch)), request.fromPartial({ ...fetch, ...uses } as object))
  const least = { ...fetch, tenant: '', after: '', filters: undefined, consistencyLevel: undefined }
  t.strictSame(request.decode(searchRequest(least)), request.fromPartial({ ...least, ...uses } as object))
})

t.test('what is written, deleted and counted is asked for as the client would', async (t) => {
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.string(), { maxLength: 4 }),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }),
      fc.array(fc.boolean(), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    ),
  })).value
  const object = fc.record(
    {
      id: fc.uuid(),
      properties: fc.dictionary(fc.string(), json, { noNullPrototype: true }),
      vector: row(0, 4),
      vectors: fc.dictionary(fc.string(), fc.oneof(row(1, 4), fc.array(row(2, 2), { minLength: 1 }))),
    },
    { requiredKeys: ['id', 'properties'] },
  )
  const holds = () =>
    fc.assert(
      fc.property(fc.array(object, { maxLength: 3 }), fc.constantFrom('', 'one'), (objects, tenant) => {
        const messages = objects.map((one) => batchObject(one as StoredObject, 'Some', tenant))
        const { encode, decode, fromPartial } = batchObjects.requestType
        const theirs = decode(encode(fromPartial({ objects: messages })).finish())
        t.strictSame(decode(batchObjectsRequest(messages)), theirs)
      }),
      { numRuns: 300 },
    )
  t.doesNotThrow(holds)
  const filters = idFilter([ID, 'x'])
  for (const tenant of ['', 'one']) {
    const { fromPartial, decode } = batchDelete.requestType
    t.strictSame(
      decode(batchDeleteRequest({ collection: 'Some', tenant, filters })),
      fromPartial({ collection: 'Some', tenant: tenant || undefined, filters, verbose: true }),
    )
    t.strictSame(
      aggregate.requestType.decode(countRequest({ collection: 'Some', tenant })),
      aggregate.requestType.fromPartial({ collection: 'Some', tenant, objectsCount: true }),
    )
  }
})

t.test('a request of any length is the one that the client would send', async (t) => {
  const { fromPartial, encode, decode } = batchObjects.requestType
  const lengths = [0, 1, 47, 48, 119, 120, 127, 128, 16_383, 16_384, 70_000]
  for (const letter of ['x', 'é', '🦑']) {
    const properties = { texts: lengths.map((length) => letter.repeat(length)), deep: { a: [{ b: letter }] } }
    const long = lengths.map((length) => ({
      id: ID,
      properties: { a: letter.repeat(length), ...properties },
    }))
    const messages = long.map((one) => batchObject(one, 'Some', ''))
    const theirs = decode(encode(fromPartial({ objects: messages })).finish())
    t.strictSame(decode(batchObjectsRequest(messages)), theirs, letter)
  }
})

t.test('ints of a condition are those that the client would send', async (t) => {
  const { fromPartial, decode } = batchDelete.requestType
  for (const int of [0, 1, -1, 127, 128, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1)]) {
    const one = { operator: 1, filters: [], on: [], target: { property: 'n' }, valueInt: int }
    const many = { ...one, valueInt: undefined, valueIntArray: { values: [int, 5] } }
    const filters = { operator: 7, filters: [one, many], on: [] } as unknown as ReturnType<typeof idFilter>
    t.strictSame(
      decode(batchDeleteRequest({ collection: 'Some', tenant: '', filters })),
      fromPartial({ collection: 'Some', filters, verbose: true }),
      String(int),
    )
  }
})

t.test('answers to what was written, deleted and counted say what the client reads in them', async (t) => {
  const errors = [
    { index: 0, error: 'no' },
    { index: 70_000, error: 'é' },
  ]
  const written = Buffer.from(batchObjects.responseType.encode({ took: 1, errors }).finish())
  t.strictSame(refusalsIn(written, 10), errors)
  const bytes = Buffer.from(ID.replaceAll('-', ''), 'hex')
  const objects = [
    { uuid: bytes, successful: true },
    { uuid: bytes.subarray(2), successful: false, error: 'no' },
  ]
  const counts = { took: 1, failed: 1, matches: 3, successful: 2 }
  const removed = Buffer.from(batchDelete.responseType.encode({ ...counts, objects }).finish())
  t.strictSame(deletionsIn(removed, 10), {
    ...{ failed: 1, matches: 3, successful: 2 },
    objects: [
      { id: ID, successful: true, error: '' },
      { id: uuidOf(bytes.subarray(2)), successful: false, error: 'no' },
    ],
  })
  const one = { objectsCount: 7, aggregations: undefined }
  const counted = (singleResult: typeof one | undefined) =>
    Buffer.from(aggregate.responseType.encode({ took: 0, singleResult }).finish())
  t.equal(countIn(counted(one)), 7)
  t.equal(countIn(counted(undefined)), undefined)
  for (const whole of [written, removed, counted(one)]) {
    for (let end = 1; end < whole.length; end++) {
      const cut = whole.subarray(0, end)
      for (const read of [refusalsIn, deletionsIn, countIn]) {
        try {
          read(cut, 10)
        } catch (thrown) {
          t.ok(thrown instanceof MalformedReply, String(thrown))
        }
      }
    }
  }
})

t.test('an answer of 20 MB to ten objects takes no memory but its own', async (t) => {
  const reply = Buffer.alloc(20_000_000)
  const counts = [
    [0x12, (bytes: Buffer) => refusalsIn(bytes, 10).length],
    [0x2a, (bytes: Buffer) => deletionsIn(bytes, 10).objects.length],
  ] as const
  for (const [tag, count] of counts) {
    reply.fill(Buffer.from([tag, 0]))
    const before = process.memoryUsage().rss
    t.equal(count(reply), 11, 'one more than there can be, so that it shows')
    t.ok(process.memoryUsage().rss - before < 40 * 2 ** 20)
  }
  const error = 'x'.repeat(1_000_000)
  const long = batchObjects.responseType.encode({ took: 0, errors: [{ index: 1, error }] }).finish()
  t.equal(refusalsIn(Buffer.from(long), 10)[0]!.error.length, 8192)
})

t.test('an id of 16 bytes is a canonical uuid, also as part of a larger buffer', async (t) => {
  const bytes = Buffer.from(`ff${ID.replaceAll('-', '')}ff`, 'hex')
  t.equal(uuidOf(bytes.subarray(1, 17)), ID)
})

t.test('what the schema lacks is named, also inside an object; a null is nothing', async (t) => {
  const nestedProperties = [{ name: 'b', dataType: ['text'] }]
  const layout = layoutOf({
    class: 'Some',
    properties: [
      { name: 'a', dataType: ['text'] },
      { name: 'o', dataType: ['object[]'], nestedProperties },
    ],
  })
  t.equal(unknownProperty(layout, { a: 'x', o: [{ b: 'y' }], z: null }), undefined)
  t.equal(unknownProperty(layout, { z: 1 }), 'z')
  t.equal(unknownProperty(layout, { o: [{ b: 'y' }, { c: 1 }] }), 'o.c')
})

t.test('an int that cannot be kept exactly is named; a number may be as large as it likes', async (t) => {
  const properties = ['int', 'number'].map((type) => ({ name: `${type}s`, dataType: [type] }))
  const layout = layoutOf({ class: 'Some', properties })
  const largest = Number.MAX_SAFE_INTEGER
  t.equal(layout.intFault({ ints: largest, numbers: 2 ** 60 }), undefined)
  t.equal(layout.intFault({ ints: 1.5 }), undefined, 'what is no int is for the server to refuse')
  t.match(layout.intFault({ ints: -largest - 1 }), /several whole numbers near -9007199254740992/)
  t.equal(layout.intFault({ ints: 2n ** 60n, numbers: 2n ** 60n + 1n }), undefined)
  t.match(
    layout.intFault({ ints: 2n ** 60n + 1n }),
    /1152921504606846977 .* 1152921504606846976 is the nearest/,
  )
  t.match(layout.intFault({ ints: 2n ** 64n }), /more than 64 bits/)
})
