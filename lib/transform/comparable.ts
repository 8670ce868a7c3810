import type { CollectionSchema } from '../classSchema.ts'
import type { Json, JsonObject, StoredObject } from '../object.ts'

/** What of a value a server keeps; the rest it works out for itself, or rounds. */
const KEPT: Readonly<Record<string, (value: Json) => Json>> = {
  phoneNumber: phone,
  geoCoordinates: place,
  uuid: lower,
  'uuid[]': (value) => (Array.isArray(value) ? value.map(lower) : lower(value)),
}

/**
 * A function that leaves of an object what a Weaviate server must give back as it got it, so that what was sent
 * and what is there can be compared: of a phone number the input (the other fields it computes, and newer
 * versions otherwise), places as the float32 that it holds, uuids in lower case. Most classes have none of these,
 * and their objects pass as they are.
 */
export function comparable({ properties = [] }: CollectionSchema): (object: StoredObject) => StoredObject {
  const special = properties.flatMap(({ name, dataType }) => {
    const keep = KEPT[dataType[0] ?? '']
    return keep === undefined ? [] : [{ name, keep }]
  })
  if (special.length === 0) return (object) => object
  return (object) => {
    const values = { ...object.properties }
    for (const { name, keep } of special) {
      const value = values[name]
      if (value !== undefined && value !== null) values[name] = keep(value)
    }
    return { ...object, properties: values }
  }
}

function phone(value: Json): Json {
  return isRecord(value) ? { input: value.input ?? null } : value
}

function place(value: Json): Json {
  if (!isRecord(value)) return value
  const { latitude, longitude } = value
  return { latitude: Math.fround(Number(latitude)), longitude: Math.fround(Number(longitude)) }
}

function lower(value: Json): Json {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
