import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import type { ElysiaError } from '../../../lib/core/errors.ts'
import type { Json, JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { convertProperty } from '../../../lib/transform/step/convert.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { mapProperty } from '../../../lib/transform/step/map.ts'
import { maskProperty } from '../../../lib/transform/step/mask.ts'
import { whereTrue } from '../../../lib/transform/step/where.ts'
import type { Transform } from '../../../lib/transform/transform.ts'
import { runs, tried } from '../../runs.ts'

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorConfig: {
    main: {
      vectorizer: { 'text2vec-x': { sourceProperties: ['title', 'body'], vectorizeClassName: false } },
      vectorIndexType: 'hnsw',
    },
    media: {
      vectorizer: {
        'multi2vec-x': {
          textFields: ['title', 'body'],
          imageFields: ['cover'],
          weights: { textFields: [0.7, 0.2], imageFields: [0.1] },
        },
      },
      vectorIndexType: 'hnsw',
    },
  },
  objectTtlConfig: { enabled: true, deleteOn: 'until' },
  properties: [
    { name: 'title', dataType: ['text'], tokenization: 'word', indexSearchable: true },
    { name: 'body', dataType: ['text'] },
    { name: 'size', dataType: ['text'] },
    { name: 'count', dataType: ['int'], indexRangeFilters: true },
    { name: 'until', dataType: ['date'] },
    { name: 'cover', dataType: ['blob'] },
    { name: 'tags', dataType: ['text[]'] },
    { name: 'of', dataType: ['Note'] },
  ],
}

const object = (properties: JsonObject, n = 1): StoredObject => ({
  id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  properties,
  vector: Float32Array.of(1, 2),
})

async function made(transforms: readonly Transform[], properties: JsonObject) {
  const { objects, rejects, filtered } = await bindTransforms(transforms, NOTE).objects([object(properties)])
  return { properties: objects[0]?.properties, reasons: rejects.map(({ reason }) => reason), filtered }
}

const schemaAfter = (...transforms: Transform[]) => bindTransforms(transforms, NOTE).schema
const propertyIn = ({ properties }: CollectionSchema, name: string) =>
  properties?.find((one) => one.name === name)

function refusal(make: () => unknown): ElysiaError {
  try {
    make()
  } catch (error) {
    return error as ElysiaError
  }
  throw new Error('it was accepted')
}

t.test('a renamed property is followed in what vectorizers read, and in the date of expiry', async (t) => {
  const after = schemaAfter(mapProperty('title=headline'), mapProperty('until=expires'))
  t.match(after, {
    vectorConfig: {
      main: { vectorizer: { 'text2vec-x': { sourceProperties: ['headline', 'body'] } } },
      media: { vectorizer: { 'multi2vec-x': { textFields: ['headline', 'body'], imageFields: ['cover'] } } },
    },
    objectTtlConfig: { deleteOn: 'expires' },
  })
  t.same(propertyIn(after, 'headline'), { ...NOTE.properties?.[0], name: 'headline' })
  t.equal(propertyIn(after, 'title'), undefined)
  t.same((await made([mapProperty('title=headline')], { title: 'a', count: 1 })).properties, {
    headline: 'a',
    count: 1,
  })
  t.same((await made([mapProperty('of=parent')], { of: [{ beacon: 'x' }] })).properties, {
    parent: [{ beacon: 'x' }],
  })
})

t.test('a dropped property is no longer read by a vectorizer, and its weight goes with it', async (t) => {
  t.match(schemaAfter(dropProperty('title')).vectorConfig, {
    main: { vectorizer: { 'text2vec-x': { sourceProperties: ['body'], vectorizeClassName: false } } },
    media: {
      vectorizer: {
        'multi2vec-x': { textFields: ['body'], weights: { textFields: [0.2], imageFields: [0.1] } },
      },
    },
  })
})

t.test('transforms are refused that no class can make right, or not this one', async (t) => {
  const bind = (transform: Transform) => () => bindTransforms([transform], NOTE)
  for (const [make, message] of [
    [() => mapProperty('title'), /map title: it has two sides/],
    [() => mapProperty('title=Headline'), /"Headline" is not the name of a property/],
    [() => mapProperty('title=id'), /"id" is not the name/],
    [bind(mapProperty('titel=x')), /map titel=x: Note has no property titel/],
    [bind(mapProperty('title=body')), /Note has a property body already/],
    [bind(dropProperty('until')), /objects of Note expire by until/],
    [bind(convertProperty('until:text')), /objects of Note expire by until/],
    [() => convertProperty('size'), /it names no property and type/],
    [() => convertProperty('size:integer'), /it names no property and type/],
    [bind(convertProperty('count:date')), /count is of type int, and none of its values is a date/],
    [bind(convertProperty('of:text')), /of is of type Note/],
    [bind(whereTrue('siez > 1')), /where siez > 1: it is not valid at column 1: Note has no property siez/],
    [() => maskProperty('title', 'short'), /its key has less than 16 bytes/],
    [bind(maskProperty('cover', KEY)), /cover is of type blob/],
  ] as const) {
    const error = refusal(make)
    t.match(error, { code: 'ELYSIA_USAGE', message })
    t.ok(error.hint)
  }
})

t.test('a converted property loses the settings that its type does not have', async (t) => {
  t.same(propertyIn(schemaAfter(convertProperty('title:uuid')), 'title'), {
    name: 'title',
    dataType: ['uuid'],
  })
  t.same(propertyIn(schemaAfter(convertProperty('count:text')), 'count'), {
    name: 'count',
    dataType: ['text'],
  })
  t.same(propertyIn(schemaAfter(convertProperty('count:number')), 'count'), {
    name: 'count',
    dataType: ['number'],
    indexRangeFilters: true,
  })
})

t.test('a value that cannot be converted is rejected, made null, or kept', async (t) => {
  const convert = (text: string, value: Json) => made([convertProperty(text)], { size: value })
  t.same((await convert('size:int', '42')).properties, { size: 42 })
  t.same(await convert('size:int', 'many'), {
    properties: undefined,
    reasons: ['convert size:int: "many" is not a whole number'],
    filtered: 0,
  })
  t.same((await convert('size:int else null', 'many')).properties, {})
  t.same((await convert('size:int else keep', 'many')).properties, { size: 'many' })
  t.same((await made([convertProperty('size:int', 'null')], { size: 'many' })).properties, {})
  t.same((await convert('size:int', null)).properties, { size: null })
  t.equal(convertProperty('size : int', 'null').name, 'convert size:int else null')
})

const KEY = '0123456789abcdef0123456789abcdef'

t.test(
  'masked values are equal where they were, whatever they were spelled as, and tell nothing else',
  async (t) => {
    const hmac = (text: string) => createHmac('sha256', KEY).update(text).digest('hex')
    const masked = async (name: string, value: Json) =>
      (
        await bindTransforms([maskProperty(name, KEY)], { ...NOTE, objectTtlConfig: undefined }).objects([
          object({ [name]: value }),
        ])
      ).objects[0]?.properties[name]
    t.equal(await masked('title', 'Ada'), hmac('Ada'))
    t.equal(await masked('body', 'Ada'), hmac('Ada'), 'in every property')
    t.equal(await masked('count', 42), hmac('42'))
    t.equal(await masked('count', 9007199254740993n), hmac('9007199254740993'))
    t.same(await masked('tags', ['a', 'b']), [hmac('a'), hmac('b')])
    t.equal(
      await masked('until', '2024-01-31T12:00:00+02:00'),
      await masked('until', '2024-01-31T10:00:00.000Z'),
    )
    t.equal(await masked('title', ''), hmac(''))
    t.equal(await masked('title', null), null)
    const after = schemaAfter(maskProperty('count', KEY), maskProperty('tags', KEY))
    t.same(propertyIn(after, 'count'), { name: 'count', dataType: ['text'], tokenization: 'field' })
    t.same(propertyIn(after, 'tags'), { name: 'tags', dataType: ['text[]'], tokenization: 'field' })
    const { sha256, name } = maskProperty('title', KEY)
    t.match({ sha256, name }, { name: 'mask title', sha256: /^[0-9a-f]{64}$/ })
    t.not(sha256, maskProperty('title', `${KEY}0`).sha256)
    t.notOk(JSON.stringify(bindTransforms([maskProperty('title', KEY)], NOTE).declared).includes(KEY))
  },
)

/*
 * A list of transforms against a plain model: each as a function from object to object, as somebody would write it by
 * hand, the class as a list of names.
 */
interface Model {
  readonly make: () => Transform
  readonly names: (names: readonly string[]) => readonly string[] | 'refused'
  readonly apply: (values: JsonObject) => JsonObject | 'left out' | 'refused'
}

const PROPERTIES = ['a', 'b', 'c']
const has = (names: readonly string[], name: string) => names.includes(name)

const models: fc.Arbitrary<Model> = fc.oneof(
  fc.constantFrom(...PROPERTIES, 'd').map(
    (name): Model => ({
      make: () => dropProperty(name),
      names: (names) => (has(names, name) ? names.filter((one) => one !== name) : 'refused'),
      apply: (values) => Object.fromEntries(Object.entries(values).filter(([key]) => key !== name)),
    }),
  ),
  fc.tuple(fc.constantFrom(...PROPERTIES), fc.constantFrom(...PROPERTIES, 'd', 'e')).map(
    ([from, to]): Model => ({
      make: () => mapProperty(`${from}=${to}`),
      names: (names) =>
        has(names, from) && !has(names, to) ? names.map((one) => (one === from ? to : one)) : 'refused',
      apply: (values) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key === from ? to : key, value])),
    }),
  ),
  fc.tuple(fc.constantFrom(...PROPERTIES, 'd'), fc.constantFrom('x', 'y')).map(
    ([name, text]): Model => ({
      make: () => whereTrue(`${name} = '${text}'`),
      names: (names) => (has(names, name) ? names : 'refused'),
      apply: (values) => (values[name] === text ? values : 'left out'),
    }),
  ),
  fc.constantFrom(...PROPERTIES, 'd').map(
    (name): Model => ({
      make: () => convertProperty(`${name}:text[]`),
      names: (names) => (has(names, name) ? names : 'refused'),
      apply: (values) => ({
        ...values,
        ...(['string', 'boolean'].includes(typeof values[name]) && { [name]: [`${values[name]}`] }),
      }),
    }),
  ),
  fc.constantFrom(...PROPERTIES).map(
    (name): Model => ({
      make: () => convertProperty(`${name}:boolean`),
      names: (names) => (has(names, name) ? names : 'refused'),
      apply: (values) => {
        const value = values[name]
        const one = Array.isArray(value) ? value[0] : value
        if (one === undefined || typeof one === 'boolean') return values
        return one === '1' || one === 'true' ? { ...values, [name]: true } : 'refused'
      },
    }),
  ),
)

t.test('any list of transforms does what the same list does by hand', async (t) => {
  const values = fc.record(
    Object.fromEntries(PROPERTIES.map((name) => [name, fc.constantFrom('x', 'y', '1')])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>
  const law = fc.asyncProperty(
    fc.array(models, { maxLength: 6 }),
    fc.array(values, { maxLength: 6 }),
    async (list, all) => {
      const schema = { class: 'T', properties: PROPERTIES.map((name) => ({ name, dataType: ['text'] })) }
      let names: readonly string[] | 'refused' = PROPERTIES
      for (const one of list) if (names !== 'refused') names = one.names(names)
      let bound: ReturnType<typeof bindTransforms>
      try {
        bound = bindTransforms(
          list.map(({ make }) => make()),
          schema,
        )
      } catch (error) {
        // A list compares no text, and true is no text: the model knows nothing of types.
        const isOfTypes = /is a list|is a boolean|CONTAINS/.test((error as Error).message)
        if (names !== 'refused' && !isOfTypes) throw error
        return
      }
      if (names === 'refused') throw new Error('it was to be refused')
      t.same(
        bound.schema.properties?.map(({ name }) => name),
        names,
      )
      const page = all.map((one, at) => object(one, at))
      const before = JSON.stringify(all)
      const kept: JsonObject[] = []
      let [filtered, refused] = [0, 0]
      for (const one of all) {
        let value: JsonObject | 'left out' | 'refused' = one
        for (const { apply } of list) if (typeof value === 'object') value = apply(value)
        if (typeof value === 'object') kept.push(value)
        else if (value === 'left out') filtered += 1
        else refused += 1
      }
      const got = await bound.objects(page)
      t.same(
        got.objects.map(({ properties }) => ({ ...properties })),
        kept,
      )
      t.same([got.filtered, got.rejects.length], [filtered, refused])
      t.equal(JSON.stringify(all), before, 'what came in stays as it was')
      t.ok(got.objects.every(({ vector }) => vector?.[1] === 2))
    },
  )
  await fc.assert(law, tried(runs(300)))
})
