// What differs between two objects, by name.
import fc from 'fast-check'
import t from 'tap'
import { ObjectsDigest } from '../../../lib/archive/object/digest.ts'
import type { Json, JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { difference } from '../../../lib/transform/object/compare.ts'
import { runs } from '../../runs.ts'

const id = '0a000000-0000-4000-8000-000000000001'
const of = (properties: JsonObject, more: Partial<StoredObject> = {}): StoredObject => ({
  id,
  properties,
  ...more,
})
const floats = (...numbers: number[]) => new Float32Array(numbers)

const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, '', 'a', 'b', 0, -0, 1, 0.5, true, false, 2n ** 60n, 2n ** 60n + 1n),
    fc.array(fc.constantFrom<Json>('a', 'b', 0, -0, 1), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y', 'toString', '__proto__'), tie('value'), { maxKeys: 3 }),
    fc.array(fc.dictionary(fc.constantFrom('x', 'y'), tie('value'), { maxKeys: 2 }), { maxLength: 2 }),
  ),
})).value
const properties = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__'), json, {
  maxKeys: 4,
})
const vector = fc.array(fc.constantFrom(0, -0, 1, 0.1, -3e38), { maxLength: 3 }).map((all) => floats(...all))
const vectors = fc.dictionary(
  fc.constantFrom('v', 'w', 'toString'),
  fc.oneof(vector, fc.array(vector, { maxLength: 2 })),
  { minKeys: 1, maxKeys: 2 },
)
const object = fc
  .record({ properties, vector: fc.option(vector), vectors: fc.option(vectors) })
  .map(({ properties, vector, vectors }) =>
    of(properties, { ...(vector && { vector }), ...(vectors && { vectors }) }),
  )

function digestOf(one: StoredObject): string {
  const digest = new ObjectsDigest()
  digest.add(one)
  return digest.hex()
}

const RUNS = runs(500)

t.test('two objects are equal exactly where their digests are', async (t) => {
  let equal = 0
  fc.assert(
    fc.property(object, fc.option(object), (left, other) => {
      const right = other ?? structuredClone(left)
      const isSame = digestOf(left) === digestOf(right)
      if (isSame) equal += 1
      t.equal(difference(left, right) === undefined, isSame)
      t.equal(difference(right, left) === undefined, isSame)
    }),
    { numRuns: RUNS },
  )
  t.ok(equal > RUNS / 20, `${equal} were equal`)
})

t.test('a difference names properties, references and vectors', async (t) => {
  const left = of(
    { title: 'a', n: 1, gone: true, seen: [{ beacon: 'one' }], same: { deep: [1, { x: null }] } },
    { vector: floats(1, 0), vectors: { v: floats(1, 2, 3), only: floats(1), w: floats(1) } },
  )
  const right = of(
    { title: 'b', n: 1n, more: [], seen: [{ beacon: 'two' }], same: { deep: [1, {}], no: null } },
    { vector: floats(0, 1), vectors: { v: floats(1, 2, 3.5), w: floats(1, 2) } },
  )
  const found = difference(left, right, { references: new Set(['seen']) })
  t.strictSame(found?.properties, ['gone', 'more', 'title'])
  t.strictSame(found?.references, ['seen'])
  t.match(found?.vectors, [
    { name: '', largest: 1, cosine: 0 },
    { name: 'only', only: 'left' },
    { name: 'v', largest: 0.5 },
    { name: 'w', widths: ['1', '2'] },
  ])
  t.equal(found?.vectors.length, 4)
})

t.test('only the properties that are asked for count, and vectors only where they do', async (t) => {
  const [left, right] = [of({ a: 1, b: 1 }, { vector: floats(1) }), of({ a: 1, b: 2 }, { vector: floats(2) })]
  t.equal(difference(left, right, { properties: new Set(['a']), vectors: false }), undefined)
  t.strictSame(difference(left, right, { vectors: false })?.properties, ['b'])
  t.strictSame(difference(left, right, { properties: new Set(['a']) })?.vectors.length, 1)
})

t.test('vectors count bit for bit, or up to a tolerance', async (t) => {
  const between = (left: Float32Array, right: Float32Array, vectorTolerance?: number) =>
    difference(of({}, { vector: left }), of({}, { vector: right }), { vectorTolerance })
  t.equal(between(floats(0.1, 0.2), floats(0.1, 0.2)), undefined)
  t.match(between(floats(0), floats(-0)), { vectors: [{ largest: 0 }] })
  t.equal(between(floats(0), floats(-0), 1e-9), undefined)
  t.equal(between(floats(1, 2), floats(1.25, 2), 0.25), undefined)
  t.match(between(floats(1, 2), floats(1.5, 2), 0.25), { vectors: [{ largest: 0.5 }] })
  t.equal(between(floats(Number.NaN), floats(Number.NaN)), undefined)
  t.ok(between(floats(Number.NaN), floats(1), 10), 'NaN is near no number')
  t.ok(between(floats(1, 2), floats(1), 10), 'nor is a vector of another width')
  const rows = (...all: number[][]) => of({}, { vectors: { m: all.map((row) => floats(...row)) } })
  t.equal(difference(rows([1, 2], [3, 4]), rows([1, 2], [3, 4])), undefined)
  t.match(difference(rows([1, 2], [3, 4]), rows([1, 2], [3, 5])), { vectors: [{ name: 'm', largest: 1 }] })
  t.match(difference(rows([1, 2], [3, 4]), rows([1, 2])), { vectors: [{ widths: ['2×2', '1×2'] }] })
})
