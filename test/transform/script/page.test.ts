// Pages and answers as they cross between a script's thread and its owner: what arrives is what was sent.
import fc from 'fast-check'
import t from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { Answer } from '../../../lib/transform/script/answer.ts'
import { packedAnswer, packedPage, unpackedAnswer, unpackedPage } from '../../../lib/transform/script/page.ts'

const ID = '00000000-0000-4000-8000-000000000001'

const crossed = (page: readonly StoredObject[]) => unpackedPage(structuredClone(packedPage(page)))
const isPlain = (page: readonly StoredObject[]) => 'bytes' in packedPage(page)

const values = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.double({ noNaN: true }),
  fc.bigInt(),
  fc.constant(null),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
)
const properties = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'length', '0'), values, {
  noNullPrototype: true,
})
const objects = fc.record(
  {
    id: fc.constant(ID),
    properties,
    tenant: fc.string(),
    createdMs: fc.integer(),
    vector: fc.array(fc.integer(), { minLength: 1 }).map((all) => Float32Array.from(all)),
  },
  { requiredKeys: ['id', 'properties'], noNullPrototype: true },
)

t.test('any page arrives as it was sent, the order of its names included', async (t) => {
  fc.assert(
    fc.property(fc.array(objects as fc.Arbitrary<StoredObject>), (page) => {
      const arrived = crossed(page)
      t.strictSame(arrived, page)
      t.equal(JSON.stringify(arrived, shown), JSON.stringify(page, shown))
    }),
    { numRuns: 500 },
  )
})

function shown(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

t.test('objects of one shape cross as values, all others as bytes', async (t) => {
  const object = (more: Partial<StoredObject> = {}, own: JsonObject = { a: 1, b: 'x' }): StoredObject => ({
    id: ID,
    properties: own,
    ...more,
  })
  t.notOk(isPlain([object(), object({}, { a: 2, b: null })]))
  t.notOk(isPlain([object({ tenant: 'a', updatedMs: 1 }), object({ tenant: 'b', updatedMs: 2 })]))
  t.ok(isPlain([object(), object({}, { b: 'x', a: 1 })]), 'another order')
  t.ok(isPlain([object(), object({}, { a: 1 })]), 'fewer properties')
  t.ok(isPlain([object(), object({}, { a: 1, b: 2, c: 3 })]), 'more properties')
  t.ok(isPlain([object(), object({ vector: Float32Array.of(1) })]), 'a vector later on')
  t.ok(isPlain([object({ vector: Float32Array.of(1) })]))
  t.ok(isPlain([object({}, JSON.parse('{"__proto__":1}') as JsonObject)]))
})

t.test('any answer arrives as it was given', async (t) => {
  const before: StoredObject = { id: ID, properties: { a: 1 } }
  const other = ID.replace('1', '2')
  const answers: Answer[] = [
    { kind: 'same' },
    { kind: 'filtered' },
    { kind: 'failed', reason: 'it threw' },
    { kind: 'changed', object: { id: ID, properties: { b: 'x' }, gone: [] } },
    { kind: 'changed', object: { id: ID, properties: {}, gone: [] } },
    { kind: 'changed', object: { id: ID, properties: {}, gone: ['a'] } },
    { kind: 'changed', object: { id: other, properties: { b: 1 }, gone: [] } },
    { kind: 'changed', object: { id: ID, properties: {}, gone: [], vector: null } },
    { kind: 'changed', object: { id: ID, properties: {}, gone: [], vectors: { v: 'kept' } } },
    { kind: 'several', objects: [{ id: other, properties: { a: 1 } }] },
  ]
  const arrived = answers.map((one) => unpackedAnswer(structuredClone(packedAnswer(one, before)), before))
  t.strictSame(arrived, answers)
})
