import fc from 'fast-check'
import t from 'tap'
import { isCanonicalText } from '../../../lib/archive/object/canonicalText.ts'
import { objectIn } from '../../../lib/archive/object/lineReader.ts'
import { LineWriter } from '../../../lib/archive/object/lineWriter.ts'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { wholeNumbers } from '../../../lib/core/value/wholeNumbers.ts'

const ID = '0a000000-0000-4000-8000-000000000001'
const ROOM_BYTES = 1024

function lineOf(object: StoredObject): string {
  const writer = new LineWriter(ROOM_BYTES)
  writer.identity(object)
  writer.times(object)
  return writer.take().toString()
}

const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '10', '9', 'é', '__proto__', 'a"b'))
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('line\nline', 'a":"b', '}', ',"b":1', '\ud83d', '\\', 'x'.repeat(1500), '"'),
)
const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(1000, -0, 1e21, 5e-324))
const plain = fc.oneof(text, number, fc.boolean())
const value = fc.oneof(plain, fc.array(plain, { maxLength: 3 }), fc.dictionary(key, plain, { maxKeys: 3 }))
const objects = fc.record(
  {
    id: fc.constant(ID),
    properties: fc.dictionary(key, value, { maxKeys: 5 }),
    vector: fc.float32Array({ maxLength: 5, noNaN: true, noDefaultInfinity: true }),
    createdMs: fc.nat(),
    updatedMs: fc.nat(),
  },
  { requiredKeys: ['id', 'properties'] },
) as fc.Arbitrary<StoredObject>

/** Other spellings of a line, mostly of the same object; those that are no JSON are passed over. */
const respellings: readonly ((line: string, at: number) => string)[] = [
  (line) => line,
  (line, at) => `${line.slice(0, at)} ${line.slice(at)}`,
  (line, at) => `${line.slice(0, at)} ${line.slice(at).replace('000', 'e3')}`,
  (line) => line.replace('1000', '1e3'),
  (line) => line.replace(/:(\d+)([,}])/, ':$1.0$2'),
  (line) => line.replace(/[a-z](?=[^:]*")/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  (line) => line.replace('"properties":{', '"properties":{"a":"x",'),
  (line) => line.replace('"properties":{', '"properties":{"a":1,'),
  (line) => line.replace(/("a":[^,}]*)/, '$1,$1'),
  (line) => line.replace(/,"(\w)":([^,]*),"(\w)":([^,}]*)/, ',"$3":$4,"$1":$2'),
  (line) => line.replace(/\}$/, `,"id":"${ID}"}`),
  (line, at) => line.slice(0, at) + line.slice(at + 1),
]

t.test('what a digest is made of is that of the object, however its line is spelled', async (t) => {
  const holds = () =>
    fc.assert(
      fc.property(objects, fc.constantFrom(...respellings), fc.nat(), (object, respell, n) => {
        const line = lineOf(object)
        const bytes = Buffer.from(respell(line, n % line.length))
        let read: ReturnType<typeof objectIn>
        try {
          read = objectIn(bytes, wholeNumbers(), true)
        } catch {
          return true
        }
        const identity = read.identity?.toString()
        return identity === new LineWriter(ROOM_BYTES).identity(read.object).toString()
      }),
      { numRuns: 3000 },
    )
  t.doesNotThrow(holds)
})

t.test('properties are spelled as they are written, or not', async (t) => {
  const is = (spelling: string) =>
    isCanonicalText(spelling, 0, spelling.length, JSON.parse(spelling) as JsonObject)
  for (const spelling of ['{}', '{"a":"x","b":1,"c":true}', '{"a":"\\n","b":{"c":[1,"x"]}}', '{"a":"é"}'])
    t.ok(is(spelling), spelling)
  for (const spelling of [
    '{ }',
    '{"a" :"x"}',
    '{"a":1.0}',
    '{"a":1e3,"b": 1}',
    '{"a":"\\u0041"}',
    '{"a":"x","a":"y"}',
    '{"a":"a\\"b\\"a","b":1,"a":"a"}',
  ])
    t.notOk(is(spelling), spelling)
  t.notOk(isCanonicalText('{"a":1}x', 0, 8, { a: 1 }), 'it ends where it should')
  t.notOk(isCanonicalText('["a"]', 0, 5, { a: 1 }), 'a list is not an object')
})
