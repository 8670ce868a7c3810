import { isInt64, isLarge } from '../../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../../core/object.ts'
import {
  type CollectionSchema,
  isReference,
  type PropertySchema,
  propertiesIn,
} from '../../../core/schema.ts'
import { valueMapper } from '../../../core/value/propertyValues.ts'
import { recordOf } from '../../../core/value/record.ts'
import { type WholeNumbers, wholeNumbers } from '../../../core/value/wholeNumbers.ts'
import type { Projection } from '../../store.ts'
import { type LinkRules, linkRules } from '../../validation/references.ts'
import { mayBeRounded } from '../../validation/typeFaults.ts'
import type { MetadataRequest, PropertiesRequest } from '../grpc/messages.ts'

/** What calls need to know of a collection's schema. */
export interface Layout {
  readonly name: string
  readonly properties: ReadonlyMap<string, PropertySchema>
  /** Names of the reference properties. */
  readonly references: ReadonlySet<string>
  readonly links: LinkRules
  readonly numbers: WholeNumbers
  /** What is wrong with an int, which a server stores as a double; undefined if nothing is. */
  readonly intFault: (properties: JsonObject) => string | undefined
  /**
   * Properties in the form that JSON carries: the same object, unless it contains an int of 2^63, which gRPC cannot
   * carry.
   */
  readonly asLiterals: (properties: JsonObject) => JsonObject
  readonly tenanted: boolean
  /** True if each object has several replicas, on different nodes. */
  readonly replicated: boolean
  readonly copies: number
  readonly unnamedVector: boolean
  readonly namedVectors: readonly string[]
}

/**
 * The layout of a class, computed once for all calls.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/openapi-specs/schema.json (Class)
 */
export function layoutOf(schema: CollectionSchema): Layout {
  const { multiTenancyConfig, replicationConfig, vectorConfig, vectorIndexType } = schema
  const copies = Number(recordOf(replicationConfig).factor ?? 1)
  return {
    name: schema.class,
    properties: new Map(schema.properties?.map((property) => [property.name, property])),
    references: new Set(schema.properties?.filter(isReference).map(({ name }) => name)),
    links: linkRules(schema),
    numbers: wholeNumbers(schema.properties),
    intFault: intFaultOf(schema),
    asLiterals: valueMapper(schema.properties ?? [], { int: literalOf }) ?? ((properties) => properties),
    tenanted: recordOf(multiTenancyConfig).enabled === true,
    replicated: copies > 1,
    copies,
    unnamedVector: typeof vectorIndexType === 'string' && vectorIndexType !== '',
    namedVectors: Object.keys(recordOf(vectorConfig)),
  }
}

/** The first property, or key inside one, that the schema lacks: `a` or `a.b`. */
export function unknownProperty(layout: Layout, properties: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(properties)) {
    const property = layout.properties.get(name)
    if (property === undefined) {
      if (value !== null) return name
    } else if (typeof value === 'object') {
      const inside = unknownNestedProperty(property, value)
      if (inside !== undefined) return inside
    }
  }
  return undefined
}

/** The first named vector that the schema lacks; undefined if the class has only an unnamed one. */
export function unknownVector(layout: Layout, { vectors }: StoredObject): string | undefined {
  if (vectors === undefined || layout.namedVectors.length === 0) return undefined
  return Object.keys(vectors).find((name) => !layout.namedVectors.includes(name))
}

/** The first reference property that has a value. */
export function referenceIn(layout: Layout, properties: JsonObject): string | undefined {
  if (layout.references.size === 0) return undefined
  return Object.keys(properties).find((name) => layout.references.has(name) && properties[name] !== null)
}

function intFaultOf(schema: CollectionSchema): Layout['intFault'] {
  let fault: string | undefined
  const look = valueMapper(propertiesIn(schema), {
    int: (value) => {
      fault ??= inexactInt(value)
      return value
    },
  })
  return (values) => {
    fault = undefined
    look?.(values)
    return fault
  }
}

const BEYOND_INT64 = 2n ** 63n

/** The literal for a number. A server rounds the largest 64-bit ints to one that it accepts in no other form. */
function literalOf(value: Json): Json {
  return value === BEYOND_INT64 ? BEYOND_INT64 - 1n : value
}

function inexactInt(value: Json): string | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value) && isLarge(value) ? `an int: ${mayBeRounded(value)}` : undefined
  }
  if (typeof value !== 'bigint') return undefined
  if (!isInt64(value)) return `the int ${value} has more than 64 bits`
  const held = BigInt(Number(value))
  if (held === value) return undefined
  return `the int ${value} cannot be held: a Weaviate server keeps ints as 64-bit floats, of which ${held} is the nearest`
}

/**
 * What to request from a search to get `what`. Names each property: a request without names omits blobs, and the blobs
 * in objects. References are read by REST.
 */
export function propertiesRequest(layout: Layout, projection: Projection): PropertiesRequest {
  const names = projection.properties === 'all' ? [...layout.properties.keys()] : projection.properties
  const known = names.flatMap((name) => layout.properties.get(name) ?? [])
  return {
    nonRefProperties: known.filter(isPlain).map(({ name }) => name),
    refProperties: [],
    objectProperties: known.filter(isNested).map(objectRequest),
    returnAllNonrefProperties: false,
  }
}

/** What is requested of each object besides its properties: its id, and as the projection says, vectors and times. */
export function metadataRequest(layout: Layout, projection: Projection): MetadataRequest {
  return {
    uuid: true,
    vector: projection.vectors && layout.unnamedVector,
    vectors: projection.vectors ? [...layout.namedVectors] : [],
    creationTimeUnix: projection.times === true,
    lastUpdateTimeUnix: projection.times === true,
    distance: false,
    certainty: false,
    score: false,
    explainScore: false,
    isConsistent: false,
    queryProfile: false,
  }
}

function objectRequest(property: PropertySchema): PropertiesRequest['objectProperties'][number] {
  const nested = nestedOf(property)
  return {
    propName: property.name,
    primitiveProperties: nested.filter(isPlain).map(({ name }) => name),
    objectProperties: nested.filter(isNested).map(objectRequest),
  }
}

function unknownNestedProperty(property: PropertySchema, value: Json): string | undefined {
  if (!isNested(property)) return undefined
  const nestedByName = new Map(nestedOf(property).map((nested) => [nested.name, nested]))
  const layout = { properties: nestedByName } as unknown as Layout
  for (const item of Array.isArray(value) ? value : [value]) {
    const unknownName =
      typeof item === 'object' && !Array.isArray(item) ? unknownProperty(layout, item ?? {}) : undefined
    if (unknownName !== undefined) return `${property.name}.${unknownName}`
  }
  return undefined
}

function nestedOf(property: PropertySchema): readonly PropertySchema[] {
  return Array.isArray(property.nestedProperties) ? (property.nestedProperties as PropertySchema[]) : []
}

function isNested({ dataType }: PropertySchema): boolean {
  return dataType[0] === 'object' || dataType[0] === 'object[]'
}

function isPlain(property: PropertySchema): boolean {
  return !isNested(property) && !isReference(property)
}
