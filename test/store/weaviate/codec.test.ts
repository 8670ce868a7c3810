import fc from 'fast-check'
import t from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { extentOf, objectsOf, uuidOf } from '../../../lib/store/weaviate/grpc/decode.ts'
import { batchObject, idFilter, isWellFormed, messageBytes } from '../../../lib/store/weaviate/grpc/encode.ts'
import { type Fetch, QUORUM } from '../../../lib/store/weaviate/grpc/messages.ts'
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
import { WeaviateDefinition } from '../../double/wire.ts'

const ID = '00112233-4455-6677-8899-aabbccddeeff'
const { encode } = WeaviateDefinition.methods.batchObjects.requestType
const reply = WeaviateDefinition.methods.search.responseType
const request = WeaviateDefinition.methods.search.requestType

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
  const fetch: Fetch = {
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
