import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { ObjectsDigest, sumOfDigests } from '../../../lib/archive/object/digest.ts'
import { identityIn } from '../../../lib/archive/object/identity.ts'
import { objectIn } from '../../../lib/archive/object/lineReader.ts'
import { LineWriter } from '../../../lib/archive/object/lineWriter.ts'
import { objectOf } from '../../../lib/archive/object/parse.ts'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { cachedJson } from '../../../lib/core/properties/cachedJson.ts'
import { wholeNumbers } from '../../../lib/core/value/wholeNumbers.ts'

const ID = '0a000000-0000-4000-8000-000000000001'
const ROOM_BYTES = 1024

/** The line of an object, and what its digest is made of. */
function written(object: StoredObject): { readonly line: string; readonly identity: string } {
  const writer = new LineWriter(ROOM_BYTES)
  const identity = writer.identity(object).toString()
  writer.times(object)
  return { line: writer.take().toString(), identity }
}

t.test(
  'a line is as docs/archives.md has it: keys in their order, vectors in base64, times last',
  async (t) => {
    const object: StoredObject = {
      id: ID,
      tenant: 'a"b',
      properties: { z: -0, b: null, a: { y: [1, -0], x: 'é\ud83d' } },
      vector: Float32Array.of(1, -0),
      vectors: { two: [Float32Array.of(1), Float32Array.of(2)], one: Float32Array.of(0.5) },
      createdMs: 5,
      updatedMs: 6,
    }
    const head = `{"id":"${ID}","tenant":"a\\"b","properties":{"a":{"x":"é\\ud83d","y":[1,-0]},"z":-0}`
    const vectors = '"vector":"AACAPwAAAIA=","vectors":{"one":"AAAAPw==","two":["AACAPw==","AAAAQA=="]}'
    t.strictSame(written(object), {
      line: `${head},${vectors},"created_ms":5,"updated_ms":6}`,
      identity: `${head},${vectors}}`,
    })
  },
)

const properties = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('created_ms', 'updated_ms', 'id')),
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.constantFrom('x'.repeat(3000), 'é🦑'.repeat(900)),
  ),
)
const objects = fc.record(
  {
    id: fc.constant(ID),
    properties,
    vector: fc.float32Array({ minLength: 0, maxLength: 400, noNaN: true, noDefaultInfinity: true }),
    createdMs: fc.nat(),
    updatedMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  },
  { requiredKeys: ['id', 'properties'] },
) as fc.Arbitrary<StoredObject>

const vectors = fc.array(
  fc.float32Array({ minLength: 1, maxLength: 9, noNaN: true, noDefaultInfinity: true }),
  {
    minLength: 1,
    maxLength: 3,
  },
)

t.test('what a digest is made of is the same from the object and from its line', async (t) => {
  const holds = () =>
    fc.assert(
      fc.property(objects, (object) => {
        const { line, identity } = written(object)
        return identityIn(Buffer.from(line)).toString() === identity
      }),
    )
  t.doesNotThrow(holds)
  const inside: JsonObject = { a: 1, created_ms: 5 }
  const { line, identity } = written({ id: ID, properties: { inside, updated_ms: 7 } })
  t.equal(identityIn(Buffer.from(line)).toString(), identity, 'times of others are not taken for its own')
})

const BASE64_SPELLINGS: Readonly<Record<string, (line: string) => string>> = {
  'as it is written': (line) => line,
  'in the alphabet for URLs': (line) => line.replaceAll('+', '-').replaceAll('/', '_'),
  'with bits beyond the last byte': (line) =>
    line.replaceAll(/A(?===")/g, 'P').replaceAll(/(?<!=)A(?==")/g, 'D'),
  'with escapes': (line) => line.replaceAll('/', '\\/').replaceAll('=', '\\u003d'),
}

for (const [name, spelled] of Object.entries(BASE64_SPELLINGS)) {
  t.test(`what a digest is made of is the same where a line has its vectors ${name}`, async (t) => {
    const holds = () =>
      fc.assert(
        fc.property(objects, vectors, vectors, (object, a, b) => {
          const { line, identity } = written({ ...object, properties: {}, vectors: { a: a[0]!, b } })
          const read = objectIn(Buffer.from(spelled(line)), wholeNumbers(), true)
          return read.identity?.toString() === identity
        }),
      )
    t.doesNotThrow(holds)
  })
}

t.test('a line is the object that its JSON says, wherever and however its vector stands', async (t) => {
  const b64 = Buffer.from(Float32Array.of(1, -0).buffer).toString('base64')
  const [id, properties, vector] = [`"id":"${ID}"`, '"properties":{"a":1}', `"vector":"${b64}"`]
  const times = '"created_ms":5,"updated_ms":6'
  const lines = [
    `{${id},${properties},${vector},${times}}`,
    `{${id},${properties},${vector}}`,
    `{${id},${vector},${properties},${times}}`,
    `{${id},${properties},${times},${vector}}`,
    `{${id},${properties},"created_ms":5,${vector},"updated_ms":6}`,
    `{${id},${properties}, ${vector},${times} }`,
    `{${id},${properties},"vector":"${b64.replaceAll('/', '\\/')}"}`,
    `{${id},${properties},"vector":"\\u0041${b64.slice(1)}"}`,
    `{${id},${properties},"vector":[1,-0]}`,
    `{${id},${properties},"vectors":{"one":"${b64}"},${vector}}`,
    `{${id},"vector":"AAAAAA==",${properties},${vector}}`,
    `{${id},"properties":{"a":{"b":1},${vector}}}`,
    `{${id},"properties":{"a":{"b":1},${vector}},${times}}`,
    `{${id},"properties":{"a":",\\"vector\\":\\"${b64}\\""},${times}}`,
    `{${id},"properties":{"a":"}","vector":"${b64}"},${times}}`,
    `{${id},${properties},"vector":"${b64.slice(1)}"}`,
    `{${id},${properties},"vector":"${b64}é"}`,
    `{${id},"properties":{"a":"},"vector":"${b64}"}`,
    `{${id},${properties}},"vector":"${b64}"}`,
  ]
  const outcome = (make: () => StoredObject) => {
    try {
      return { ...make() }
    } catch {
      return 'refused'
    }
  }
  for (const line of lines) {
    const read = outcome(() => objectIn(Buffer.from(line), wholeNumbers([]), true).object)
    t.strictSame(
      read,
      outcome(() => objectOf(JSON.parse(line))),
      line,
    )
    if (read === 'refused') continue
    t.strictSame(
      JSON.parse(cachedJson((read as StoredObject).properties)),
      (read as StoredObject).properties,
      line,
    )
  }
})

t.test('objects written one after another are the lines of each', async (t) => {
  const holds = () =>
    fc.assert(
      fc.property(fc.array(objects, { maxLength: 5 }), (some) => {
        const writer = new LineWriter(ROOM_BYTES)
        for (const object of some) {
          writer.identity(object)
          writer.times(object)
          writer.text('\n')
        }
        return writer.take().toString() === some.map((object) => `${written(object).line}\n`).join('')
      }),
    )
  t.doesNotThrow(holds)
})

t.test('a digest is the sum of the hashes, whoever made them, however often it is carried', async (t) => {
  const MODULUS = 1n << 256n
  const hashOf = (object: StoredObject) =>
    BigInt(`0x${createHash('sha256').update(written(object).identity).digest('hex')}`)
  const hex = (sum: bigint) => (sum % MODULUS).toString(16).padStart(64, '0')
  const some = fc.sample(objects, { numRuns: 200, seed: 1 })
  const [all, halves] = [new ObjectsDigest(), [new ObjectsDigest(), new ObjectsDigest()]]
  for (const [n, object] of some.entries()) {
    all.add(object)
    halves[n % 2]!.add(object, Buffer.from(written(object).identity))
  }
  const sum = some.reduce((sum, object) => sum + hashOf(object), 0n)
  t.equal(all.hex(), hex(sum))
  t.equal(sumOfDigests(halves.map((half) => half.hex())), hex(sum))
  const often = new ObjectsDigest()
  const [one] = some
  often.addAndRemember(one!)
  const times = 2 ** 20 + 3
  for (let n = 1; n < times; n++) often.add(one!)
  t.equal(often.hex(), hex(hashOf(one!) * BigInt(times)))
})
