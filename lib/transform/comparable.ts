import type { CollectionSchema, PropertySchema } from '../classSchema.ts'
import type { Json, JsonObject, StoredObject } from '../object.ts'

type Keep = (value: Json) => Json

/** What of a value a server keeps; the rest it works out for itself, rounds, or spells its own way. */
const KEPT: Readonly<Record<string, Keep>> = {
  phoneNumber: phone,
  geoCoordinates: place,
  uuid,
  date,
  int,
}

/** A function that leaves of an object what a store of this kind must give back as it got it. */
export function comparableIn(kind: string, schema: CollectionSchema): (object: StoredObject) => StoredObject {
  return kind === 'weaviate' ? comparable(schema) : (object) => object
}

/**
 * A function that leaves of an object what a Weaviate server must give back as it got it, so that what was sent
 * and what is there can be compared: of a phone number the input (the other fields it computes, and newer
 * versions otherwise), places as the float32 that it holds, uuids and dates in the server's spelling, ints without
 * the sign of a zero, at every depth. Objects in which nothing of this is to be done pass as they are.
 */
export function comparable({ properties = [] }: CollectionSchema): (object: StoredObject) => StoredObject {
  const keep = insideOf(properties)
  return keep === undefined
    ? (object) => object
    : (object) => {
        const properties = keep(object.properties) as JsonObject
        return properties === object.properties ? object : { ...object, properties }
      }
}

/** For an object with these properties; undefined where it stays as it is. */
function insideOf(properties: readonly PropertySchema[]): Keep | undefined {
  const special = properties.flatMap((property) => {
    const keep = keepOf(property)
    return keep === undefined ? [] : [{ name: property.name, keep }]
  })
  if (special.length === 0) return undefined
  return (value) => {
    if (!isRecord(value)) return value
    let values: JsonObject | undefined
    for (const { name, keep } of special) {
      const one = Object.hasOwn(value, name) ? value[name]! : null
      const kept = one === null || one === undefined ? one : keep(one)
      if (Object.is(kept, one)) continue
      values ??= { ...value }
      values[name] = kept
    }
    return values ?? value
  }
}

function keepOf({ dataType, nestedProperties }: PropertySchema): Keep | undefined {
  const [type = ''] = dataType
  const one = type.replace('[]', '')
  const keep = one === 'object' ? insideOf((nestedProperties ?? []) as PropertySchema[]) : KEPT[one]
  if (keep === undefined || type === one) return keep
  return (value) => {
    if (!Array.isArray(value)) return value
    const kept = value.map(keep)
    return kept.every((one, at) => Object.is(one, value[at])) ? value : kept
  }
}

function int(value: Json): Json {
  return Object.is(value, -0) ? 0 : value
}

function phone(value: Json): Json {
  return isRecord(value) ? { input: value.input ?? null } : value
}

function place(value: Json): Json {
  if (!isRecord(value)) return value
  const { latitude, longitude } = value
  return { latitude: float32(latitude), longitude: float32(longitude) }
}

/** Without the sign of a zero, which a message leaves out. */
function float32(value: Json | undefined): number {
  return Math.fround(Number(value)) + 0
}

function uuid(value: Json): Json {
  if (typeof value !== 'string') return value
  const digits = value.toLowerCase().replace(/^urn:uuid:|[{}-]/g, '')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const DATE = /^(.{19})(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/

/** As Go writes RFC 3339: nine digits behind the second without zeros at their end, and Z for no offset. */
function date(value: Json): Json {
  const [, second, digits = '', zone = ''] = (typeof value === 'string' && DATE.exec(value)) || []
  if (second === undefined) return value
  const fraction = digits.slice(0, 9).replace(/0+$/, '')
  return `${second}${fraction === '' ? '' : `.${fraction}`}${/00:00$/.test(zone) ? 'Z' : zone}`
}

function isRecord(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
