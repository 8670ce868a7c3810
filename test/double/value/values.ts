import type { Json, JsonObject } from '../../../lib/core/object.ts'
import type { Incoming } from '../class/collections.ts'
import { type ClassSchema, isReference, type PropertySchema } from '../class/schema.ts'
import { fromBytes, fromWire } from '../class/vectors.ts'
import type { BatchObject, ObjectPropertiesValue, Properties, SearchRequest, Value } from '../grpc/wire.ts'
import { isObject, list } from './json.ts'

/** An object of a gRPC batch as the model takes it. */
export function incoming(object: BatchObject, schema: ClassSchema | undefined): Incoming {
  const vector =
    object.vectorBytes.length > 0 ? fromBytes(object.vectorBytes) : Float32Array.from(object.vector)
  return {
    id: object.uuid,
    class: object.collection,
    tenant: object.tenant,
    properties: { ...plainProperties(object.properties), ...references(object, schema) },
    vector: vector.length > 0 ? vector : undefined,
    vectors: Object.fromEntries(object.vectors.map((entry) => [entry.name, fromWire(entry)])),
  }
}

function plainProperties(wire: Partial<ObjectPropertiesValue> | undefined): JsonObject {
  const properties: JsonObject = { ...(wire?.nonRefProperties as JsonObject | undefined) }
  for (const name of wire?.emptyListProps ?? []) properties[name] = []
  for (const one of wire?.intArrayProperties ?? []) properties[one.propName] = one.values
  for (const one of wire?.textArrayProperties ?? []) properties[one.propName] = one.values
  for (const one of wire?.booleanArrayProperties ?? []) properties[one.propName] = one.values
  for (const one of wire?.numberArrayProperties ?? []) {
    properties[one.propName] = one.valuesBytes.length > 0 ? doubles(one.valuesBytes) : one.values
  }
  for (const one of wire?.objectProperties ?? []) properties[one.propName] = plainProperties(one.value)
  for (const one of wire?.objectArrayProperties ?? []) {
    properties[one.propName] = one.values.map(plainProperties)
  }
  return properties
}

function references(object: BatchObject, schema: ClassSchema | undefined): JsonObject {
  const properties: JsonObject = {}
  for (const one of object.properties?.singleTargetRefProps ?? []) {
    const target = schema?.properties.find(({ name }) => name === one.propName)?.dataType[0]
    properties[one.propName] = one.uuids.map((id) => ({ beacon: `weaviate://localhost/${target}/${id}` }))
  }
  for (const one of object.properties?.multiTargetRefProps ?? []) {
    properties[one.propName] = one.uuids.map((id) => ({
      beacon: `weaviate://localhost/${one.targetCollection}/${id}`,
    }))
  }
  return properties
}

function doubles(bytes: Uint8Array): number[] {
  return [...new Float64Array(new Uint8Array(bytes).buffer)]
}

type Selection = NonNullable<SearchRequest['properties']>

/** Which properties a reply carries: undefined where none was asked for. */
export function selected(
  wanted: Selection | undefined,
  schema: readonly PropertySchema[],
): PropertySchema[] | undefined {
  const plain = schema.filter((property) => !isReference(property))
  if (wanted === undefined || wanted.returnAllNonrefProperties) {
    return some(plain.map(withoutBlobs).filter(kept))
  }
  const named = wanted.nonRefProperties.map((name) => plain.find((one) => one.name === name)).filter(kept)
  const nested = wanted.objectProperties.map((one) => narrowed(one, plain)).filter(kept)
  const all = [...named.map((property) => withoutBlobs(property) ?? property), ...nested]
  return some(all)
}

function some<T>(values: T[]): T[] | undefined {
  return values.length > 0 ? values : undefined
}

function kept<T>(value: T | undefined): value is T {
  return value !== undefined
}

function withoutBlobs(property: PropertySchema): PropertySchema | undefined {
  if (property.dataType[0] === 'blob') return undefined
  if (property.nestedProperties === undefined) return property
  return { ...property, nestedProperties: property.nestedProperties.map(withoutBlobs).filter(kept) }
}

function narrowed(
  wanted: Selection['objectProperties'][number],
  schema: readonly PropertySchema[],
): PropertySchema | undefined {
  const property = schema.find((one) => one.name === wanted.propName)
  if (property === undefined) return undefined
  const inner = property.nestedProperties ?? []
  const plain = inner.filter((one) => wanted.primitiveProperties.includes(one.name))
  return {
    ...property,
    nestedProperties: [...plain, ...wanted.objectProperties.map((one) => narrowed(one, inner)).filter(kept)],
  }
}

/** Stored properties as a gRPC reply carries them; those in `nulls` are a null where they are absent. */
export function toProperties(
  stored: JsonObject,
  wanted: readonly PropertySchema[],
  nulls: readonly PropertySchema[] = wanted,
): Properties {
  const fields: Record<string, Value> = {}
  for (const property of wanted) {
    const value = Object.hasOwn(stored, property.name) ? stored[property.name] : undefined
    if (value !== undefined) fields[property.name] = toValue(value, property)
    else if (nulls.includes(property)) fields[property.name] = { nullValue: 0 }
  }
  return { fields }
}

function toValue(value: Json, property: PropertySchema): Value {
  const type = property.dataType[0] ?? ''
  if (type === 'object') return { objectValue: nestedValue(value, property) }
  if (type === 'object[]') {
    return { listValue: { objectValues: { values: list(value).map((one) => nestedValue(one, property)) } } }
  }
  return type.endsWith('[]') ? { listValue: toList(list(value), type) } : scalar(value, type)
}

function nestedValue(value: Json, property: PropertySchema): Properties {
  return toProperties(isObject(value) ? value : {}, property.nestedProperties ?? [], [])
}

function scalar(value: Json, type: string): Value {
  const fields = isObject(value) ? value : {}
  if (type === 'int') return { intValue: Number(value) }
  if (type === 'number') return { numberValue: Number(value) }
  if (type === 'boolean') return { boolValue: value === true }
  if (type === 'date') return { dateValue: String(value) }
  if (type === 'uuid') return { uuidValue: String(value) }
  if (type === 'blob') return { blobValue: String(value) }
  if (type === 'geoCoordinates') {
    return { geoValue: { latitude: Number(fields.latitude), longitude: Number(fields.longitude) } }
  }
  return type === 'phoneNumber' ? phone(fields) : { textValue: String(value) }
}

function phone(fields: JsonObject): Value {
  return {
    phoneValue: {
      countryCode: Number(fields.countryCode ?? 0),
      defaultCountry: String(fields.defaultCountry ?? ''),
      input: String(fields.input),
      internationalFormatted: String(fields.internationalFormatted ?? ''),
      national: Number(fields.national ?? 0),
      nationalFormatted: String(fields.nationalFormatted ?? ''),
      valid: fields.valid === true,
    },
  }
}

function toList(values: readonly Json[], type: string): NonNullable<Value['listValue']> {
  const texts = { values: values.map(String) }
  if (type === 'int[]')
    return { intValues: { values: bytesOf(BigInt64Array.from(values, (v) => BigInt(Number(v)))) } }
  if (type === 'number[]') return { numberValues: { values: bytesOf(Float64Array.from(values, Number)) } }
  if (type === 'boolean[]') return { boolValues: { values: values.map((value) => value === true) } }
  if (type === 'date[]') return { dateValues: texts }
  return type === 'uuid[]' ? { uuidValues: texts } : { textValues: texts }
}

function bytesOf(numbers: BigInt64Array | Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer)
}
