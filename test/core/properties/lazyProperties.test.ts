import t from 'tap'
import { lineLength } from '../../../lib/core/memory/objectSize.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import {
  isKnownToFit,
  lazyObject,
  propertiesJson,
  propertiesPage,
  recordHash,
  unparsedLength,
} from '../../../lib/core/properties/lazyProperties.ts'

const ID = '0a000000-0000-4000-8000-000000000001'
const TEXTS = ['{"title":"ä","record_hash":"abc"}', '{"title":"b"}']

function objects(fits?: string, hashes: readonly (string | null | undefined)[] = ['abc', null]) {
  const bytes = TEXTS.map((text) => Buffer.from(text))
  const page = propertiesPage(Buffer.concat(bytes), fits)
  let from = 0
  return bytes.map(({ length }, at): StoredObject => {
    const place = { page, from, to: from + length, hash: hashes[at] }
    from += length
    return lazyObject(ID, place)
  })
}

t.test('text, length and hash of properties are there without parsing them', async (t) => {
  const [first, second] = objects('class') as [StoredObject, StoredObject]
  t.strictSame([first, second].map(propertiesJson), TEXTS)
  t.strictSame([first, second].map(recordHash), ['abc', undefined])
  t.ok(lineLength(first) > lineLength(second))
  t.equal(unparsedLength(first), Buffer.byteLength(TEXTS[0]!), 'nothing of this has parsed them')
  t.equal(isKnownToFit(first, 'class'), true)
  t.equal(isKnownToFit(first, 'another class'), false)
})

t.test('they are parsed once, as own properties that a copy takes along', async (t) => {
  const [first] = objects('class') as [StoredObject]
  const { properties } = first
  t.strictSame(properties, { title: 'ä', record_hash: 'abc' })
  t.equal(first.properties, properties)
  t.equal(unparsedLength(first), undefined)
  t.equal(propertiesJson(first), TEXTS[0])
  t.strictSame(Object.keys(first), ['id', 'properties'])
  t.strictSame({ ...(objects()[0] as StoredObject) }, { id: ID, properties })
  t.strictSame(structuredClone(objects()[0]), { id: ID, properties })
  t.equal(isKnownToFit({ ...(objects('class')[0] as StoredObject) }, 'class'), false, 'a copy may be changed')
})

t.test('an unknown hash is looked up', async (t) => {
  t.strictSame(objects(undefined, [undefined, undefined]).map(recordHash), ['abc', undefined])
  t.equal(isKnownToFit(objects()[0]!, 'class'), false)
})
