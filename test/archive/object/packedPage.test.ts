import fc from 'fast-check'
import t from 'tap'
import { identitySha256 } from '../../../lib/archive/object/digest.ts'
import { objectIn } from '../../../lib/archive/object/lineReader.ts'
import { objectText } from '../../../lib/archive/object/lineWriter.ts'
import { type PackOptions, packPage, unpackPage } from '../../../lib/archive/object/packedPage.ts'
import { exactJson, parseExact } from '../../../lib/core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { cachedJson } from '../../../lib/core/properties/cachedJson.ts'
import {
  isKnownToFit,
  propertiesJson,
  recordHash,
  unparsedLength,
} from '../../../lib/core/properties/lazyProperties.ts'
import { wholeNumbers } from '../../../lib/core/value/wholeNumbers.ts'

const value: fc.Arbitrary<Json> = fc.letrec((again) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom<Json>(null, true, -0, 1e300, 2 ** 60, 2n ** 62n, 0.1, 'a\u0000"\\\ud800', ',"vector":"'),
    fc.integer(),
    fc.array(again('any'), { maxLength: 3 }),
    fc.dictionary(fc.string(), again('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any as fc.Arbitrary<Json>
const vector = fc.float32Array({ maxLength: 5, noNaN: true, noDefaultInfinity: true })
const object = fc.record(
  {
    id: fc.uuid(),
    properties: fc.dictionary(fc.string(), value, {
      maxKeys: 5,
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonObject>,
    vector,
    vectors: fc.dictionary(fc.string(), fc.oneof(vector, fc.array(vector, { maxLength: 3 })), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    tenant: fc.constantFrom('a', 'b'),
    createdMs: fc.nat(),
    updatedMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  },
  { requiredKeys: ['id', 'properties'], noNullPrototype: true },
) as fc.Arbitrary<StoredObject>

/** As a page arrives in another thread. */
function crossed(page: readonly StoredObject[], options: PackOptions = {}): readonly StoredObject[] {
  const { value, transfer } = packPage(page, options)
  return unpackPage(structuredClone(value, { transfer: [...transfer] }))
}

t.test(
  'a page that crosses to another thread is equal there, with its SHA-256s, and unchanged here',
  async (t) => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), (page) => {
        const before = structuredClone(page)
        const there = crossed(page)
        t.strictSame(there, before, 'equal there')
        t.strictSame(page, before, 'unchanged here')
        for (const [at, one] of there.entries()) {
          if (one.vectors !== undefined)
            t.strictSame(Object.keys(one.vectors), Object.keys(page[at]!.vectors!))
          t.equal(identitySha256(one), identitySha256(page[at]!))
          t.strictSame(parseExact(cachedJson(one.properties)), parseExact(exactJson(one.properties)))
        }
      }),
      { numRuns: 150 },
    )
  },
)

t.test('record hashes cross if all objects have one of the same length, or none has one', async (t) => {
  const page = (...hashes: readonly (Json | undefined)[]) =>
    hashes.map(
      (hash, n): StoredObject => ({
        id: `0a000000-0000-4000-8000-00000000000${n}`,
        properties: hash === undefined ? { n } : { n, record_hash: hash },
      }),
    )
  for (const [hashes, isKnown] of [
    [['abc', 'abd'], true],
    [[undefined, undefined], true],
    [['abc', 'ab'], false],
    [['abc', undefined], false],
    [['', ''], false],
    [[1, 'a'], false],
  ] as const) {
    const there = crossed(page(...hashes))
    t.strictSame(there.map(recordHash), hashes)
    t.equal(there[0] !== undefined && unparsedLength(there[0]) !== undefined, isKnown, JSON.stringify(hashes))
  }
})

t.test('a page is known to fit its class only if each object does', async (t) => {
  const page = [1, 2].map(
    (n): StoredObject => ({ id: `0a000000-0000-4000-8000-00000000000${n}`, properties: { n } }),
  )
  const upTo = (most: number) => ({
    schema: 'class',
    fits: ({ properties }: StoredObject) => (properties.n as number) <= most,
  })
  t.ok(crossed(page, { checks: upTo(2) }).every((object) => isKnownToFit(object, 'class')))
  t.notOk(crossed(page, { checks: upTo(1) }).some((object) => isKnownToFit(object, 'class')))
  t.notOk(crossed(page).some((object) => isKnownToFit(object, 'class')))
  t.strictSame(crossed(page).map(propertiesJson), ['{"n":1}', '{"n":2}'])
})

t.test('the text of properties that a line is read with says what they are', async (t) => {
  const numbers = wholeNumbers([])
  fc.assert(
    fc.property(object, (one) => {
      const read = objectIn(Buffer.from(objectText(one)), numbers, true).object
      t.strictSame(parseExact(cachedJson(read.properties)), parseExact(exactJson(read.properties)))
    }),
    { numRuns: 300 },
  )
  const line = objectText({
    id: '0a000000-0000-4000-8000-000000000001',
    properties: { b: 'é', a: [1] },
    updatedMs: 5,
  })
  const { properties } = objectIn(Buffer.from(line), numbers, true).object
  t.equal(cachedJson(properties), '{"a":[1],"b":"é"}')
  t.equal(cachedJson({ ...properties, c: 1 }), '{"a":[1],"b":"é","c":1}', 'a copy has none')
})
