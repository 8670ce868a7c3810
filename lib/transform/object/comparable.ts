import type { Json, StoredObject } from '../../core/object.ts'
import { type CollectionSchema, propertiesIn } from '../../core/schema.ts'
import { type ValueChanges, valueMapper } from '../../core/value/propertyValues.ts'
import { isRecord } from '../../core/value/record.ts'
import { canonicalUuid } from '../../core/value/uuid.ts'
import { doubleOf } from '../../core/value/wholeNumbers.ts'

/** The part of a value that a server keeps; it computes, rounds or spells the rest in its own way. */
const KEPT: ValueChanges = {
  phoneNumber: phone,
  geoCoordinates: place,
  uuid,
  date,
  int,
  number: doubleOf,
}

/** Embedded stores keep everything unchanged, except a `number`, which is a 64-bit float everywhere. */
const KEPT_EMBEDDED: ValueChanges = { number: doubleOf }

/**
 * Makes a function that normalizes an object for comparison: it keeps what a store of this kind must return
 * unchanged. `onRounded` is called with whole numbers of type `number` that have more digits than that type
 * keeps.
 */
export function normalizerFor(
  kind: string,
  schema: CollectionSchema,
  onRounded?: (whole: bigint) => void,
): (object: StoredObject) => StoredObject {
  const kept = kind === 'weaviate' ? KEPT : KEPT_EMBEDDED
  if (onRounded === undefined) return keeping(schema, kept)
  const number = (value: Json) => {
    const double = doubleOf(value)
    if (typeof value === 'bigint' && BigInt(double as number) !== value) onRounded(value)
    return double
  }
  return keeping(schema, { ...kept, number })
}

/**
 * Normalizes an object for comparison with the object that a Weaviate server returns. At every depth it keeps a phone
 * number's input (the server computes the other fields, and newer versions do so differently), geo coordinates as
 * float32, UUIDs and dates in the server's spelling, and ints without the sign of a zero. Returns an object without
 * such values unchanged.
 */
export function normalizer(schema: CollectionSchema): (object: StoredObject) => StoredObject {
  return keeping(schema, KEPT)
}

function keeping(schema: CollectionSchema, kept: ValueChanges): (object: StoredObject) => StoredObject {
  const keep = valueMapper(propertiesIn(schema), kept)
  if (keep === undefined) return (object) => object
  return (object) => {
    const properties = keep(object.properties)
    return properties === object.properties ? object : { ...object, properties }
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
  return typeof value === 'string' ? canonicalUuid(value) : value
}

const DATE = /^(.{19})(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/

/** A date in Go's form of RFC 3339: up to nine digits after the second without trailing zeros, and Z for no offset. */
function date(value: Json): Json {
  const [, second, digits = '', zone = ''] = (typeof value === 'string' && DATE.exec(value)) || []
  if (second === undefined) return value
  const fraction = digits.slice(0, 9).replace(/0+$/, '')
  return `${second}${fraction === '' ? '' : `.${fraction}`}${/00:00$/.test(zone) ? 'Z' : zone}`
}
