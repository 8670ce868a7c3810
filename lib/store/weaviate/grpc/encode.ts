import type { Json, JsonObject, StoredObject, Vector } from '../../../core/object.ts'
import type { BatchObject } from './messages.ts'
import { isRows, rowsBytes, vectorBytes } from './vectors.ts'

type Properties = NonNullable<BatchObject['properties']>
type NamedVector = BatchObject['vectors'][number]

/** @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/base.proto (Vectors) */
const SINGLE = 1 as NamedVector['type']
const MULTI = 2 as NamedVector['type']

const NONE = new Uint8Array(0)

/** An object as a message of a batch. It shares the object's arrays, which must not change until it is sent. */
export function batchObject(object: StoredObject, collection: string, tenant: string): BatchObject {
  return {
    uuid: object.id,
    collection,
    tenant,
    properties: propertiesOf(object.properties),
    vector: [],
    vectorBytes: object.vector === undefined ? NONE : vectorBytes(object.vector),
    vectors: Object.entries(object.vectors ?? {}).map(([name, vector]) => namedVector(name, vector)),
  }
}

/** The size of an object in a batch message in bytes, rounded up. */
export function messageBytes(object: StoredObject): number {
  let bytes = 512 + sizeOf(object.properties) + (object.vector?.byteLength ?? 0)
  for (const [name, vector] of Object.entries(object.vectors ?? {})) {
    bytes += 64 + 3 * name.length
    for (const row of isRows(vector) ? vector : [vector]) bytes += row.byteLength
  }
  return bytes
}

/** True if every text and key can be UTF-8: on the server, half a surrogate pair would fail the entire message. */
export function isWellFormed(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isWellFormed)
  return Object.entries(value).every(([key, inside]) => key.isWellFormed() && isWellFormed(inside))
}

/** True for a property name that the message encoder would silently drop. */
export function hasUnsendable(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasUnsendable)
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasUnsendable)
}

/**
 * Lists of one kind travel packed; an empty list needs its own field, since it shows no type; the rest is a struct.
 * Nulls are left out: the server drops them as well.
 */
function propertiesOf(properties: JsonObject): Properties {
  const plain: JsonObject = {}
  const message: Properties = {
    nonRefProperties: plain,
    singleTargetRefProps: [],
    multiTargetRefProps: [],
    numberArrayProperties: [],
    intArrayProperties: [],
    textArrayProperties: [],
    booleanArrayProperties: [],
    objectProperties: [],
    objectArrayProperties: [],
    emptyListProps: [],
  }
  for (const [name, value] of Object.entries(properties)) {
    if (value === null) continue
    if (!Array.isArray(value) || !addList(message, name, value)) plain[name] = withDoubles(value)
  }
  return message
}

/** False for a list of mixed kinds, which only a struct can hold. */
function addList(message: Properties, propName: string, values: Json[]): boolean {
  if (values.length === 0) message.emptyListProps.push(propName)
  else if (isAll(values, 'string')) message.textArrayProperties.push({ propName, values })
  else if (isAll(values, 'boolean')) message.booleanArrayProperties.push({ propName, values })
  else if (isAll(values, 'number')) {
    message.numberArrayProperties.push(doubles(propName, values))
  } else if (values.every((value) => typeof value === 'number' || typeof value === 'bigint')) {
    message.numberArrayProperties.push(doubles(propName, values.map(Number)))
  } else return false
  return true
}

function doubles(propName: string, values: readonly number[]) {
  return { propName, values: [], valuesBytes: new Uint8Array(Float64Array.from(values).buffer) }
}

/** The value for a struct, which has only doubles. Numbers that do not fit into a double were refused before. */
function withDoubles(value: Json): Json {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withDoubles)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withDoubles(inner)]))
}

interface Kinds {
  string: string
  number: number
  boolean: boolean
}

function isAll<K extends keyof Kinds>(values: readonly Json[], kind: K): values is Kinds[K][] {
  return values.every((value) => typeof value === kind)
}

function namedVector(name: string, vector: Vector): NamedVector {
  if (isRows(vector)) return { name, index: 0, vectorBytes: rowsBytes(vector), type: MULTI }
  return { name, index: 0, vectorBytes: vectorBytes(vector), type: SINGLE }
}

/** The size of each value with its tags and lengths, as in a struct, where these are largest. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return 16 + Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 16
  let bytes = 16
  if (Array.isArray(value)) for (const item of value) bytes += sizeOf(item)
  else for (const [key, item] of Object.entries(value)) bytes += 16 + 3 * key.length + sizeOf(item)
  return bytes
}
