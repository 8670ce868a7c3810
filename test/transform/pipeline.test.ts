import { Readable } from 'node:stream'
import t from 'tap'
import type { ElysiaError } from '../../lib/core/errors.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { bindTransforms, transformStages } from '../../lib/transform/pipeline.ts'
import { dropProperty } from '../../lib/transform/step/drop.ts'
import { type Transform, type TransformedPage, transformReject } from '../../lib/transform/transform.ts'

const SCHEMA = {
  class: 'Note',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'secret', dataType: ['text'] },
  ],
}

const PAGE: readonly StoredObject[] = [1, 2, 3, 4].map((n) => ({
  id: `0000000${n}-0000-4000-8000-000000000000`,
  properties: { title: `t${n}`, secret: 'x' },
}))

t.test(
  'a property that is dropped is gone from the class and from each object, and what came in stays as it was',
  async (t) => {
    const made = bindTransforms([dropProperty('secret')], SCHEMA)
    const { objects, rejects, filtered } = await made.objects(PAGE)
    t.same(
      objects.map(({ properties }) => properties),
      [1, 2, 3, 4].map((n) => ({ title: `t${n}` })),
    )
    t.same([rejects.length, filtered], [0, 0])
    t.same(
      made.schema.properties?.map(({ name }) => name),
      ['title'],
    )
    t.equal(SCHEMA.properties.length, 2)
    t.same(PAGE[0]?.properties, { title: 't1', secret: 'x' })
    t.same(made.declared, [{ name: 'drop secret' }])
  },
)

t.test(
  'a transform that does not fit is refused before the first object, in its place of the list',
  async (t) => {
    const twice = () => bindTransforms([dropProperty('title'), dropProperty('titel')], SCHEMA)
    t.throws(twice, { code: 'ELYSIA_USAGE', message: 'drop titel: Note has no property titel at this point' })
    try {
      bindTransforms([dropProperty('titel')], SCHEMA)
    } catch (error) {
      t.match((error as ElysiaError).hint, /did you mean title/)
    }
  },
)

/** Refuses one object, leaves one out and makes two of another, after a turn of the event loop. */
const splitting: Transform = {
  name: 'split',
  expands: true,
  filters: true,
  bind: (schema) => ({
    schema,
    touches: new Set(),
    objects: async ([one, two, ...rest]) => ({
      objects: [...rest, { ...rest[0]!, id: 'ffffffff-0000-4000-8000-000000000000' }],
      rejects: [transformReject('split', one!, 'it is the first')],
      filtered: two === undefined ? 0 : 1,
      added: 1,
    }),
  }),
}

t.test(
  'every object of a page has one outcome, in order, and a reject is the object that came in',
  async (t) => {
    const made = bindTransforms([dropProperty('secret'), splitting], SCHEMA)
    const rejects: unknown[] = []
    const counts: TransformedPage[] = []
    const stages = transformStages(made, {
      onRejects: (some) => rejects.push(...some),
      onPage: (page, one) => {
        t.equal(page, PAGE)
        counts.push(one)
      },
    })
    const pages = await Readable.from([PAGE]).compose(stages[0]!).toArray()
    const out: StoredObject[] = pages.flat()
    t.same(
      out.map(({ id, properties }) => [id[0], properties]),
      [
        ['0', { title: 't3' }],
        ['0', { title: 't4' }],
        ['f', { title: 't3' }],
      ],
    )
    t.same(rejects, [
      { object: PAGE[0], code: 'transform_failed', stage: 'split', reason: 'split: it is the first' },
    ])
    t.same(
      counts.map(({ filtered, added }) => ({ filtered, added })),
      [{ filtered: 1, added: 1 }],
    )
    t.ok(made.filters && made.expands)
  },
)

t.test('a transform that loses an object ends the run: the sums do not add up', async (t) => {
  const losing: Transform = {
    name: 'lose',
    bind: (schema) => ({
      schema,
      touches: new Set(),
      objects: (page) => ({ objects: page.slice(1), rejects: [], filtered: 0 }),
    }),
  }
  await t.rejects(bindTransforms([losing], SCHEMA).objects(PAGE), { code: 'ELYSIA_ACCOUNTING' })
})

t.test('no transforms, no stage', (t) => {
  t.same(transformStages(bindTransforms([], SCHEMA), { onRejects: () => {} }), [])
  t.end()
})
