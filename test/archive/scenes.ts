// Arbitrary collections: any class that stores take, with any values its properties may have.
import fc from 'fast-check'
import type { Json, JsonObject, StoredObject, Vector } from '../../lib/core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../lib/core/schema.ts'
import type { Link, Tenant } from '../../lib/store/store.ts'
import { DATES, floats, NUMBERS, TEXTS, UNUSUAL_NAMES } from './values.ts'

/** What of a scene lies in one tenant, or in the whole of a class without tenants. */
export interface Shelf {
  readonly tenant: Tenant | undefined
  readonly objects: readonly StoredObject[]
  /** Into the class itself, to whoever is there or not, and into `other`. */
  readonly links: readonly Link[]
}

/** A collection to be made, and all it holds. */
export interface Scene {
  readonly schema: CollectionSchema
  readonly shelves: readonly Shelf[]
  readonly aliases: readonly string[]
}

/** What the stores of a round trip take. */
export interface Taken {
  /** The class, and one beside it that references may lead to. */
  readonly name: string
  readonly other: string
  /** A Weaviate server is among them: UTF-8 alone, ints that are exact, targets of a tenant's references there. */
  readonly server: boolean
}

const name = fc.stringMatching(/^[_a-z][_0-9A-Za-z]{0,8}$/).filter((text) => !/^(_?id|__proto__)$/.test(text))
const named = fc.oneof(
  { weight: 4, arbitrary: name },
  fc.constantFrom('constructor', 'toString', 'vector', '_rest'),
)

const PHONES = ['+49 30 1234567', '+1 650-253-0000', '+44 20 7946 0958']
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true })

/** The values of a data type that is not an object. */
function plainValue(type: string, { server }: Taken): fc.Arbitrary<Json> {
  switch (type) {
    case 'text':
      return server ? TEXTS.filter((text) => text.isWellFormed()) : TEXTS
    case 'int':
      return server
        ? fc.maxSafeInteger()
        : fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 62n + 1n))
    case 'number':
      return NUMBERS
    case 'boolean':
      return fc.boolean()
    case 'date':
      return DATES
    case 'uuid':
      return fc.uuid()
    case 'blob':
      return fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64'))
    case 'geoCoordinates':
      return fc.record({ latitude: degrees(90), longitude: degrees(180) })
    default:
      return fc.constantFrom(...PHONES).map((input) => ({ input }))
  }
}

const LISTED = ['text', 'int', 'number', 'boolean', 'date', 'uuid']
const TYPES = [...LISTED, ...LISTED.map((type) => `${type}[]`), 'blob']

function plainProperty(types: readonly string[], names: fc.Arbitrary<string>): fc.Arbitrary<PropertySchema> {
  return fc.record({ name: names, dataType: fc.constantFrom(...types).map((type) => [type]) })
}

/** Objects in objects, some deep; the names inside may be those that mean something to JavaScript. */
function nestedProperty(
  names: fc.Arbitrary<string>,
  inner: fc.Arbitrary<string>,
): fc.Arbitrary<PropertySchema> {
  const { nested } = fc.letrec<{ one: PropertySchema; nested: PropertySchema }>((tie) => ({
    one: fc.oneof({ depthSize: 'small' }, plainProperty(TYPES, inner), tie('nested')),
    nested: fc.record({
      name: inner,
      dataType: fc.constantFrom(['object'], ['object[]']),
      nestedProperties: distinct(tie('one'), 1, 3),
    }),
  }))
  return fc.tuple(names, nested).map(([own, property]) => ({ ...property, name: own }))
}

function distinct(property: fc.Arbitrary<PropertySchema>, minLength: number, maxLength: number) {
  return fc.uniqueArray(property, { minLength, maxLength, selector: (one) => one.name.toLowerCase() })
}

function anyValue({ dataType, nestedProperties }: PropertySchema, taken: Taken): fc.Arbitrary<Json> {
  const [type = ''] = dataType
  const list = (one: fc.Arbitrary<Json>) => fc.array(one, { maxLength: 4 })
  if (type === 'object' || type === 'object[]') {
    const one = bagOf(nestedProperties as readonly PropertySchema[], taken)
    return type === 'object' ? one : list(one)
  }
  return type.endsWith('[]') ? list(plainValue(type.slice(0, -2), taken)) : plainValue(type, taken)
}

/** Any of the properties, now and then as a null, which is as good as none. */
function bagOf(properties: readonly PropertySchema[], taken: Taken): fc.Arbitrary<JsonObject> {
  const entries = properties.map((property) =>
    fc.option(
      fc
        .option(anyValue(property, taken), { freq: 12 })
        .map((value): [string, Json] => [property.name, value]),
      { freq: 4, nil: undefined },
    ),
  )
  // `fromEntries` makes an own property of `__proto__`, as JSON.parse does.
  return fc.tuple(...entries).map((all) => Object.fromEntries(all.filter((one) => one !== undefined)))
}

interface Width {
  readonly name: string
  readonly width: number
  readonly several: boolean
}

const width = fc.integer({ min: 1, max: 5 })
const unnamed = width.map((one): Width[] => [{ name: '', width: one, several: false }])
const namedOnes = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('title', 'colbert', 'A', 'constructor'), width, several: fc.boolean() }),
  { minLength: 1, maxLength: 3, selector: (one) => one.name },
)

function vectorsOf(widths: readonly Width[]): fc.Arbitrary<Pick<StoredObject, 'vector' | 'vectors'>> {
  const one = ({ width, several }: Width): fc.Arbitrary<Vector> =>
    several ? fc.array(floats(width), { minLength: 1, maxLength: 3 }) : floats(width)
  const all = fc.tuple(...widths.map((each) => fc.option(one(each), { freq: 6, nil: undefined })))
  return all.map((vectors) => {
    const there = widths.flatMap(({ name }, at) =>
      vectors[at] === undefined ? [] : [[name, vectors[at]] as const],
    )
    if (there.length === 0) return {}
    const [[first, vector]] = there as [[string, Vector]]
    return first === '' ? { vector: vector as Float32Array } : { vectors: Object.fromEntries(there) }
  })
}

/** How a class says which vectors it has. Other distances than these change vectors, or do not go with several. */
function vectorSettings(widths: readonly Width[]): JsonObject {
  const index = (several: boolean) => ({
    vectorIndexType: 'hnsw',
    vectorIndexConfig: several
      ? { distance: 'dot', multivector: { enabled: true } }
      : { distance: 'l2-squared' },
  })
  if (widths[0]?.name === '') return { vectorizer: 'none', ...index(false) }
  if (widths.length === 0) return { vectorizer: 'none' }
  const configs = widths.map(({ name, several }) => [name, { vectorizer: { none: {} }, ...index(several) }])
  return { vectorConfig: Object.fromEntries(configs) }
}

const TENANTS = ['alpha', 'B-2', 'c_3']
const STATES = ['active', 'active', 'inactive'] as const

function shelfOf(
  tenant: Tenant | undefined,
  schema: CollectionSchema,
  widths: readonly Width[],
  taken: Taken,
) {
  const plain = (schema.properties ?? []).filter(({ name }) => !/^(self|both)$/.test(name))
  const object = fc
    .tuple(fc.uuid(), bagOf(plain, taken), vectorsOf(widths))
    .map(([id, properties, vectors]): StoredObject => ({ id, properties, ...vectors }))
  const objects = fc.uniqueArray(object, { maxLength: 12, selector: ({ id }) => id })
  return objects.chain((all) => {
    const known = all.map(({ id }) => id)
    const ends = known.length === 0 ? fc.uuid() : fc.constantFrom(...known)
    const strict = taken.server && tenant !== undefined
    const beacon = fc
      .tuple(
        strict ? ends : fc.oneof(ends, fc.uuid()),
        strict ? fc.constant(taken.name) : fc.constantFrom(taken.name, taken.other),
      )
      .map(([id, to]) => [to, `weaviate://localhost/${to}/${id}`] as const)
    const link = fc
      .tuple(ends, fc.array(beacon, { minLength: 1, maxLength: 3 }))
      .map(([id, beacons]): Link => {
        const own = beacons.filter(([to]) => to === taken.name).map(([, text]) => text)
        if (own.length === beacons.length) return { id, property: 'self', beacons: own }
        return { id, property: 'both', beacons: beacons.map(([, text]) => text) }
      })
    const links = known.length === 0 ? fc.constant([]) : fc.array(link, { maxLength: 6 })
    return links.map((some): Shelf => ({ tenant, objects: all, links: some }))
  })
}

/** Any collection. */
export function sceneFor(taken: Taken): fc.Arbitrary<Scene> {
  const inner = taken.server
    ? named
    : fc.oneof({ weight: 4, arbitrary: named }, fc.constantFrom(...UNUSUAL_NAMES))
  const top = plainProperty([...TYPES, 'geoCoordinates', 'phoneNumber'], named)
  const property = fc.oneof(
    { weight: 3, arbitrary: top },
    { weight: 1, arbitrary: nestedProperty(named, inner) },
  )
  const widths = fc.oneof(fc.constant<Width[]>([]), unnamed, namedOnes)
  const tenants = fc.option(fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 3 }), {
    nil: undefined,
  })
  return fc
    .tuple(distinct(property, 0, 6), widths, tenants, fc.boolean())
    .chain(([properties, wide, states, linked]) => {
      const references = [
        { name: 'self', dataType: [taken.name] },
        { name: 'both', dataType: [taken.name, taken.other] },
      ]
      const plain = properties.filter(({ name }) => !/^(self|both)$/i.test(name))
      const schema: CollectionSchema = {
        class: taken.name,
        properties: [...plain, ...(linked ? references : [])],
        ...vectorSettings(wide),
        ...(states && { multiTenancyConfig: { enabled: true } }),
      }
      const all = states?.map((state, at): Tenant => ({ name: TENANTS[at]!, state })) ?? [undefined]
      const shelves = all.map((tenant) => shelfOf(tenant, schema, wide, taken))
      const aliases = fc.subarray([`${taken.name}First`, `${taken.name}Second`])
      return fc
        .record({ schema: fc.constant(schema), shelves: fc.tuple(...shelves), aliases })
        .map(
          (scene): Scene =>
            linked ? scene : { ...scene, shelves: scene.shelves.map((one) => ({ ...one, links: [] })) },
        )
    })
}
