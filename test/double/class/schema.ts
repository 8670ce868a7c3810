import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { Refusal } from '../fault/refusal.ts'
import { list, object } from '../value/json.ts'
import { FLAT, HNSW, INVERTED, merge, NO_SHARDING, SHARDING } from './defaults.ts'

/** A property of a class, as `GET /v1/schema` shows it. */
export interface PropertySchema {
  readonly name: string
  readonly dataType: readonly string[]
  readonly nestedProperties?: readonly PropertySchema[]
  readonly [key: string]: unknown
}

/** A class with all its defaults filled in, as `GET /v1/schema` shows it. */
export interface ClassSchema {
  readonly class: string
  readonly properties: readonly PropertySchema[]
  readonly multiTenancyConfig: {
    readonly enabled: boolean
    readonly autoTenantCreation: boolean
    readonly autoTenantActivation: boolean
  }
  readonly vectorizer?: string
  readonly vectorConfig?: Readonly<Record<string, VectorConfig>>
  readonly [key: string]: unknown
}

interface VectorConfig {
  readonly vectorizer: JsonObject
  readonly vectorIndexType: string
  readonly vectorIndexConfig: JsonObject
}

const PRIMITIVES = ['text', 'int', 'number', 'boolean', 'date', 'uuid']
const SINGULAR = ['blob', 'geoCoordinates', 'phoneNumber', 'object', 'object[]']
const TYPES = new Set([...PRIMITIVES, ...PRIMITIVES.map((type) => `${type}[]`), ...SINGULAR])
export const CLASS_NAME = /^[A-Z][_0-9A-Za-z]{0,254}$/
const PROPERTY_NAME = /^[_A-Za-z][_0-9A-Za-z]{0,230}$/
const RESERVED = new Set(['id', '_id', '_additional', 'creationTimeUnix', 'lastUpdateTimeUnix'])

/** The name under which the server keeps a class: the first letter is raised. */
export function className(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

/** The name under which the server keeps a property: the first letter is lowered. */
export function propertyName(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

/** True for a data type that points to other classes. */
export function isReference(property: PropertySchema): boolean {
  return /^[A-Z]/.test(property.dataType[0] ?? '')
}

/** What `POST /v1/schema` makes of a body; `classes` are the names that stand, `modules` the vectorizers. */
export function newClass(
  body: JsonObject,
  classes: readonly string[],
  modules: readonly string[],
): ClassSchema {
  const name = className(String(body.class ?? ''))
  if (!CLASS_NAME.test(name)) throw new Refusal(`'${name}' is not a valid class name`)
  const tenants = object(body.multiTenancyConfig).enabled === true
  if (tenants && body.shardingConfig !== undefined) {
    throw new Refusal('cannot have both shardingConfig and multiTenancyConfig')
  }
  const vectors = vectorSettings(body, modules)
  const properties = addProperties(name, [], list(body.properties), [...classes, name])
  if (classes.includes(name)) throw new Refusal(`class name ${name} already exists`)
  const similar = classes.find((other) => other.toLowerCase() === name.toLowerCase())
  if (similar !== undefined) throw new Refusal(`class already exists: found similar class "${similar}"`)
  const made: ClassSchema = {
    ...body,
    class: name,
    invertedIndexConfig: merge(INVERTED, body.invertedIndexConfig),
    multiTenancyConfig: {
      autoTenantActivation: false,
      autoTenantCreation: false,
      enabled: false,
      ...object(body.multiTenancyConfig),
    },
    properties,
    shardingConfig: tenants ? NO_SHARDING : merge(SHARDING, body.shardingConfig),
    replicationConfig: {
      deletionStrategy: 'TimeBasedResolution',
      factor: 1,
      asyncEnabled: false,
      ...object(body.replicationConfig),
    },
    ...vectors,
  }
  if (body.properties == null) UNSAID.add(made)
  return made
}

/** Classes that were made without a word about properties, and have none: the server says null of these. */
const UNSAID = new WeakSet<ClassSchema>()

/** A class as the server gives it. */
export function asTold(schema: ClassSchema): JsonObject {
  return (UNSAID.has(schema) ? { ...schema, properties: null } : schema) as unknown as JsonObject
}

/** The properties of a class after some more of them, each with its defaults. */
export function addProperties(
  name: string,
  present: readonly PropertySchema[],
  added: readonly Json[],
  classes: readonly string[],
): PropertySchema[] {
  const all = [...present]
  for (const raw of added) {
    const body = object(raw)
    const property = newProperty({ ...body, name: propertyName(String(body.name ?? '')) }, classes)
    if (all.some((other) => other.name.toLowerCase() === property.name.toLowerCase())) {
      throw new Refusal(
        `class "${name}": conflict for property "${property.name}": ` +
          'already in use or provided multiple times',
      )
    }
    all.push(property)
  }
  return all
}

function newProperty(body: JsonObject, classes: readonly string[]): PropertySchema {
  const name = String(body.name)
  if (!PROPERTY_NAME.test(name)) {
    throw new Refusal(
      `'${name}' is not a valid property name. Property names in Weaviate are restricted to ` +
        'valid GraphQL names, which must be “/[_A-Za-z][_0-9A-Za-z]{0,230}/”',
    )
  }
  if (RESERVED.has(name)) throw new Refusal(`'${name}' is a reserved property name`)
  checkDataType(name, list(body.dataType).map(String), classes)
  return withDefaults(body, true)
}

function checkDataType(name: string, dataType: readonly string[], classes: readonly string[]): void {
  const [first = ''] = dataType
  if (/^[A-Z]/.test(first)) {
    if (dataType.some((target) => !classes.includes(target))) {
      throw new Refusal('bad request: reference property to nonexistent class')
    }
  } else if (!TYPES.has(first)) {
    throw new Refusal(
      `property '${name}': invalid dataType: [${dataType.join(' ')}]: unknown primitive data type '${first}'`,
    )
  }
}

function withDefaults(body: JsonObject, top: boolean): PropertySchema {
  const dataType = list(body.dataType).map(String)
  const text = dataType[0] === 'text' || dataType[0] === 'text[]'
  const nested = list(body.nestedProperties)
  if (dataType[0]?.startsWith('object') && nested.length === 0) {
    throw new Refusal(
      `property '${body.name}': At least one nested property is required for data type object/object[]`,
    )
  }
  return {
    indexFilterable: top || dataType[0] !== 'blob',
    indexRangeFilters: false,
    indexSearchable: text,
    ...(text ? { tokenization: 'word' } : {}),
    ...body,
    name: String(body.name),
    dataType,
    ...(nested.length > 0 ? { nestedProperties: nested.map((one) => withDefaults(object(one), false)) } : {}),
  }
}

function vectorSettings(body: JsonObject, modules: readonly string[]): JsonObject {
  if (Object.keys(object(body.vectorConfig)).length > 0) {
    if (hasUnnamed(body)) {
      throw new Refusal(
        'creating a class with both a class level vector index and named vectors is forbidden',
      )
    }
    return { vectorConfig: namedVectors(object(body.vectorConfig), modules) as unknown as JsonObject }
  }
  const vectorizer = String(body.vectorizer ?? 'none')
  checkModule(vectorizer, modules)
  return { vectorizer, ...indexSettings(body) }
}

/** True where a class has an index for the vector without a name. */
export function hasUnnamed({ vectorIndexType }: JsonObject | ClassSchema): boolean {
  return typeof vectorIndexType === 'string' && vectorIndexType !== ''
}

/** The class after named vectors were added, each with its defaults; those that it has stay. */
export function withVectors(schema: ClassSchema, added: JsonObject, modules: readonly string[]): ClassSchema {
  return { ...schema, vectorConfig: { ...namedVectors(added, modules), ...schema.vectorConfig } }
}

function namedVectors(input: JsonObject, modules: readonly string[]): Record<string, VectorConfig> {
  const configs = Object.entries(input).map(([name, raw]) => {
    const config = object(raw)
    const [module = 'none'] = Object.keys(object(config.vectorizer))
    checkModule(module, modules)
    return [name, { ...config, ...indexSettings(config), vectorizer: { [module]: {} } }] as const
  })
  return Object.fromEntries(configs)
}

function checkModule(module: string, modules: readonly string[]): void {
  if (module === 'none' || modules.includes(module)) return
  throw new Refusal(`vectorizer: no module with name "${module}" present`)
}

function indexSettings(body: JsonObject) {
  const vectorIndexType = String(body.vectorIndexType ?? 'hnsw')
  const defaults = vectorIndexType === 'flat' ? FLAT : HNSW
  return { vectorIndexType, vectorIndexConfig: merge(defaults, body.vectorIndexConfig) }
}
