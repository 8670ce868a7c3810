// The table of merge in SPEC.md, a test for each cell.
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Json, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { mergeFor, mixingVectorizers } from '../../../lib/transform/object/merge.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorConfig: {
    mine: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' },
    made: { vectorizer: { 'text2vec-x': { properties: ['title', 'body'] } }, vectorIndexType: 'hnsw' },
  },
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'body', dataType: ['text'] },
    { name: 'v', dataType: ['text'] },
    { name: 'nested', dataType: ['object'], nestedProperties: [{ name: 'x', dataType: ['text'] }] },
    { name: 'several', dataType: ['object[]'], nestedProperties: [{ name: 'x', dataType: ['text'] }] },
    { name: 'place', dataType: ['geoCoordinates'] },
    { name: 'refs', dataType: ['Note'] },
  ],
}

const ID = '00000000-0000-4000-8000-000000000001'
const ref = (n: number) => ({ beacon: `weaviate://localhost/Note/00000000-0000-4000-8000-00000000000${n}` })

/** Property, value in the archive, value in the target, merged with --prefer archive, and with --prefer target. */
type Cell = readonly [
  name: string,
  property: string,
  archive: Json | undefined,
  target: Json | undefined,
  first: Json | undefined,
  second: Json | undefined,
]

const CELLS: readonly Cell[] = [
  ['a value against another', 'v', 'a', 't', 'a', 't'],
  ['a value against none', 'v', 'a', undefined, 'a', 'a'],
  ['none against a value', 'v', undefined, 't', 't', 't'],
  ['a value against null', 'v', 'a', null, 'a', 'a'],
  ['null against a value', 'v', null, 't', 't', 't'],
  ['an empty text against a value', 'v', '', 't', '', 't'],
  ['a value against an empty text', 'v', 'a', '', 'a', ''],
  ['an empty list against a list', 'several', [], [{ x: 't' }], [], [{ x: 't' }]],
  ['a list against an empty list', 'several', [{ x: 'a' }], [], [{ x: 'a' }], []],
  ['a list against a list', 'several', [{ x: 'a' }], [{ y: 't' }], [{ x: 'a' }], [{ y: 't' }]],
  [
    'nested objects',
    'nested',
    { x: 'a', y: 'a' },
    { y: 't', z: 't' },
    { x: 'a', y: 'a', z: 't' },
    { x: 'a', y: 't', z: 't' },
  ],
  ['null inside a nested object', 'nested', { x: null }, { x: 't' }, { x: 't' }, { x: 't' }],
  [
    'places, which are one value',
    'place',
    { latitude: 1, longitude: 2 },
    { latitude: 3, longitude: 4 },
    { latitude: 1, longitude: 2 },
    { latitude: 3, longitude: 4 },
  ],
  ['references against others', 'refs', [ref(1)], [ref(2), ref(3)], [ref(1)], [ref(2), ref(3)]],
  ['references against none', 'refs', [ref(1)], undefined, [ref(1)], [ref(1)]],
  ['none against references', 'refs', undefined, [ref(2)], [ref(2)], [ref(2)]],
]

function objectWith(property: string, value: Json | undefined): StoredObject {
  return { id: ID, properties: value === undefined ? {} : { [property]: value } }
}

for (const [name, property, archive, target, first, second] of CELLS) {
  t.test(`merging ${name}`, async (t) => {
    for (const [prefer, expected] of [
      ['archive', first],
      ['target', second],
    ] as const) {
      const merge = mergeFor({ prefer, schema: NOTE })
      const merged = merge(objectWith(property, archive), objectWith(property, target))
      t.same(merged.properties[property], expected, prefer)
    }
  })
}

t.test('the table of SPEC.md speaks of all of these', async (t) => {
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8')
  for (const word of ['absent or null', 'empty list or text', 'nested object', 'references', 'vector'])
    t.match(spec.slice(spec.indexOf('#### Merge')), word)
})

const vector = (n: number) => Float32Array.of(n)
const archive: StoredObject = {
  id: ID,
  properties: { title: 'a' },
  vectors: { mine: vector(1), made: vector(2) },
}
const target: StoredObject = {
  id: ID,
  properties: { title: 't', body: 't' },
  vectors: { made: vector(4) },
  createdMs: 5,
  updatedMs: 6,
}

t.test('each vector comes whole from the preferred side, or from the one that has it', async (t) => {
  t.same(mergeFor({ prefer: 'target', schema: NOTE })(archive, target).vectors, {
    mine: vector(1),
    made: vector(4),
  })
  const vectors = mergeFor({ prefer: 'target', vectors: 'archive', schema: NOTE })(archive, target).vectors
  t.same(vectors, { mine: vector(1), made: vector(2) })
})

t.test('drop leaves out a vector that its vectorizer would make of other texts, and no other', async (t) => {
  const merge = mergeFor({ prefer: 'archive', vectors: 'drop', schema: NOTE })
  t.same(merge(archive, target).vectors, { mine: vector(1) }, 'title of the archive, body of the target')
  t.same(merge(archive, { ...target, properties: { v: 't' } }).vectors, { mine: vector(1), made: vector(2) })
})

t.test('a merged object was made when that of the target was', async (t) => {
  const { createdMs, updatedMs } = mergeFor({ prefer: 'archive', schema: NOTE })(archive, target)
  t.same({ createdMs, updatedMs }, { createdMs: 5, updatedMs: undefined })
})

t.test('a class whose vectorizer reads a property has to be told whose vectors count', async (t) => {
  t.match(mixingVectorizers(NOTE), [{ vector: 'made', module: 'text2vec-x' }])
  t.same(mixingVectorizers({ ...NOTE, vectorConfig: {} }), [])
  const skipping = { skip: true }
  const unnamed = {
    class: 'A',
    vectorizer: 'text2vec-x',
    properties: [{ name: 'p', dataType: ['text'], moduleConfig: { 'text2vec-x': skipping } }],
  }
  t.same(mixingVectorizers(unnamed), [], 'it reads none')
})
