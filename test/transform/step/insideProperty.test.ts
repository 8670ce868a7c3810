// Steps reach into objects and lists of them by a path.
import t from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { convertProperty } from '../../../lib/transform/step/convert.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { mapProperty } from '../../../lib/transform/step/map.ts'
import { maskProperty } from '../../../lib/transform/step/mask.ts'
import { setProperty } from '../../../lib/transform/step/set.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  properties: [
    { name: 'title', dataType: ['text'] },
    {
      name: 'meta',
      dataType: ['object'],
      nestedProperties: [
        { name: 'size', dataType: ['text'] },
        { name: 'author', dataType: ['text'] },
        {
          name: 'deep',
          dataType: ['object'],
          nestedProperties: [
            { name: 'n', dataType: ['text'] },
            { name: 'm', dataType: ['int'] },
          ],
        },
      ],
    },
    {
      name: 'tags',
      dataType: ['object[]'],
      nestedProperties: [
        { name: 'name', dataType: ['text'] },
        { name: 'rank', dataType: ['text'] },
      ],
    },
  ],
}
const META = { size: '12', author: 'me', deep: { n: '7', m: 1 } }
const TAGS = [{ name: 'a', rank: '1' }, { name: 'b' }, { rank: '3' }]
const KEY = 'k'.repeat(32)

const object = (properties: JsonObject): StoredObject => ({
  id: '00000000-0000-4000-8000-000000000001',
  properties,
})

t.test('what is inside is renamed, dropped, converted and masked, in the class too', async (t) => {
  const bound = bindTransforms(
    [
      mapProperty('meta.author=meta.writer'),
      convertProperty('meta.size:int'),
      convertProperty('meta.deep.n:int'),
      dropProperty('meta.deep.m'),
      convertProperty('tags.rank:int'),
      maskProperty('tags.name', KEY),
    ],
    NOTE,
  )
  const given = { title: 't', meta: META, tags: TAGS }
  const before = JSON.stringify(given)
  const { objects } = await bound.objects([object(given), object({ title: 'none' }), object({ meta: null })])
  const [first, second, third] = objects
  t.strictSame(first!.properties.meta, { size: 12, deep: { n: 7 }, writer: 'me' })
  t.match(first!.properties.tags, [
    { name: /^[0-9a-f]{64}$/, rank: 1 },
    { name: /^[0-9a-f]{64}$/ },
    { rank: 3 },
  ])
  t.strictSame(second!.properties, { title: 'none' })
  t.strictSame(third!.properties, { meta: null })
  t.equal(JSON.stringify(given), before, 'what came in stays as it was')
  const [, meta, tags] = bound.schema.properties!
  t.match(meta!.nestedProperties, [
    { name: 'size', dataType: ['int'] },
    { name: 'writer' },
    { name: 'deep', nestedProperties: [{ name: 'n', dataType: ['int'] }] },
  ])
  t.match(tags!.nestedProperties, [
    { name: 'name', tokenization: 'field' },
    { name: 'rank', dataType: ['int'] },
  ])
})

t.test('a value inside that has no equal refuses the whole object', async (t) => {
  const bound = bindTransforms([convertProperty('tags.rank:int')], NOTE)
  const { objects, rejects } = await bound.objects([object({ tags: [{ rank: '1' }, { rank: 'first' }] })])
  t.equal(objects.length, 0)
  t.match(rejects, [{ reason: /^convert tags.rank:int: / }])
})

t.test('paths that lead nowhere, or elsewhere, are refused before the first object', async (t) => {
  const refused = (make: () => Parameters<typeof bindTransforms>[0][number], message: RegExp) =>
    t.throws(() => bindTransforms([make()], NOTE), { code: 'ELYSIA_USAGE', message })
  refused(() => dropProperty('title.x'), /title is of type text/)
  refused(() => dropProperty('meta.gone'), /Note.meta has no property gone/)
  refused(() => dropProperty('gone.x'), /Note has no property gone/)
  refused(() => mapProperty('meta.author=writer'), /in the same object/)
  refused(() => setProperty("meta.author='x'"), /whole property/)
  refused(() => mapProperty('meta.author=meta.size'), /has a property size already/)
})
