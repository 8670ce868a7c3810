// Vectors that came with objects, and may no longer be those of their texts.
import t from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { vectorizersOf } from '../../../lib/transform/schema/vectorizers.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import type { Transform } from '../../../lib/transform/transform.ts'
import {
  affectedVectorizers,
  dropStaleVectors,
  requireVectorsChoice,
} from '../../../lib/transform/vectors/stale.ts'

const PROPERTIES = [
  { name: 'title', dataType: ['text'] },
  { name: 'body', dataType: ['text'] },
  { name: 'secret', dataType: ['text'], moduleConfig: { m: { skip: true } } },
  { name: 'n', dataType: ['int'] },
]
const UNNAMED = { class: 'Note', vectorizer: 'm', vectorIndexType: 'hnsw', properties: PROPERTIES }
const NAMED = {
  class: 'Note',
  properties: PROPERTIES,
  vectorConfig: {
    short: { vectorizer: { m: { properties: ['title'] } }, vectorIndexType: 'hnsw' },
    own: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' },
  },
}

function touchedBy(transforms: readonly Transform[], schema: typeof UNNAMED | typeof NAMED, target = schema) {
  return affectedVectorizers(bindTransforms(transforms, schema), target).map(
    ({ maker, stage }) => `${stage} ${maker.vector}`,
  )
}

/** Changes texts: of each object its title to upper case, where it has none. */
const louder: Transform = {
  name: 'louder',
  bind: (schema) => ({
    schema,
    touches: new Set(['title']),
    objects: (page) => ({
      objects: page.map((one) => ({
        ...one,
        properties: { ...one.properties, title: String(one.properties.title).toUpperCase() },
      })),
      rejects: [],
      filtered: 0,
    }),
  }),
}

/** Adds a property. */
const adding = (name: string, type: string): Transform => ({
  name: `adding ${name}`,
  bind: (schema) => ({
    schema: { ...schema, properties: [...(schema.properties ?? []), { name, dataType: [type] }] },
    touches: new Set(),
    objects: (page) => ({ objects: page, rejects: [], filtered: 0 }),
  }),
})

t.test('what touches what a vectorizer reads, and what does not', async (t) => {
  t.same(touchedBy([dropProperty('n')], UNNAMED), [])
  t.same(touchedBy([dropProperty('secret')], UNNAMED), [], 'it is told to skip that')
  t.same(touchedBy([dropProperty('n'), dropProperty('body')], UNNAMED), ['drop body '])
  t.same(touchedBy([adding('more', 'text')], UNNAMED), ['adding more '], 'by default all texts are read')
  t.same(touchedBy([adding('more', 'int')], UNNAMED), [])
  t.same(touchedBy([dropProperty('body')], NAMED), [])
  t.same(touchedBy([louder], NAMED), ['louder short'])
  t.same(touchedBy([louder], UNNAMED, { ...UNNAMED, vectorizer: 'none' }), [], 'nobody makes vectors there')
  const anything = {
    ...louder,
    bind: (schema: typeof UNNAMED) => ({ ...louder.bind(schema), touches: undefined }),
  }
  t.same(touchedBy([anything as Transform], UNNAMED), ['louder '], 'a script may change everything')
})

t.test('it has to be said what becomes of them', async (t) => {
  const touched = affectedVectorizers(bindTransforms([louder], NAMED), NAMED)
  t.throws(() => requireVectorsChoice(NAMED, touched, undefined), {
    code: 'ELYSIA_USAGE',
    message: 'louder changes what m makes the vector short of Note from',
    hint: /--vectors keep .* --vectors drop/,
  })
  t.doesNotThrow(() => requireVectorsChoice(NAMED, touched, 'keep'))
  t.doesNotThrow(() => requireVectorsChoice(NAMED, [], undefined))
})

t.test('only vectors whose texts have changed are left out; one that a transform makes stays', async (t) => {
  const vectors = { short: Float32Array.of(1), own: Float32Array.of(2) }
  const note = (n: number, title: string): StoredObject => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    properties: { title, n },
    vectors,
  })
  const drop = dropStaleVectors(NAMED, vectorizersOf(NAMED))
  const page = [note(1, 'a'), note(2, 'B')]
  const { objects } = await bindTransforms([louder, drop], NAMED).objects(page)
  t.strictSame(objects[0]?.vectors, { own: vectors.own })
  t.strictSame(objects[1]?.vectors, vectors)
  const remade: Transform = {
    ...louder,
    bind: (schema) => ({
      ...louder.bind(schema),
      objects: async (page, call) => {
        const made = await louder.bind(schema).objects(page, call)
        return {
          ...made,
          objects: made.objects.map((one) => ({ ...one, vectors: { short: Float32Array.of(9) } })),
        }
      },
    }),
  }
  const again = await bindTransforms([remade, drop], NAMED).objects(page)
  t.strictSame(again.objects[0]?.vectors, { short: Float32Array.of(9) })
})

t.test('an object that gets another id keeps no vector of texts that have changed', async (t) => {
  const others: Transform = {
    name: 'others',
    expands: true,
    bind: (schema) => ({
      schema,
      touches: undefined,
      objects: (page) => ({
        objects: page.map((one) => ({ ...one, id: one.id.replace('-4000-', '-4001-') })),
        rejects: [],
        filtered: 0,
      }),
    }),
  }
  const page = ['loud', 'LOUD'].map((title, n) => ({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    properties: { title },
    vector: Float32Array.of(n, 1),
  }))
  const pipeline = bindTransforms(
    [louder, others, dropStaleVectors(UNNAMED, vectorizersOf(UNNAMED))],
    UNNAMED,
  )
  const { objects } = await pipeline.objects(page)
  t.same(
    objects.map(({ vector }) => vector !== undefined),
    [false, true],
  )
})
