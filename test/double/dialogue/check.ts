import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { isReference, type PropertySchema } from '../class/schema.ts'
import { shortest } from '../class/vectors.ts'
import { Refusal, refusalOf } from '../fault/refusal.ts'
import { goString, goText, goType } from '../value/gotext.ts'
import { isObject } from '../value/json.ts'
import { maybeUuid } from '../value/uuid.ts'

/** What a value came by: the server's texts name the types of its decoder, and REST's differs from gRPC's. */
export type Wire = 'grpc' | 'rest'

/** What checking needs to know of the world around the object. */
export interface Surroundings {
  readonly className: string
  readonly wire: Wire
  readonly references: (beacon: Beacon) => boolean
}

/** What a reference points to. */
export interface Beacon {
  readonly class: string
  readonly id: string
}

/**
 * The properties as the server stores them: checked against the class, nulls dropped, UUIDs lowered,
 * coordinates rounded to 32-bit floats. Throws a Refusal with the server's text.
 */
export function checkProperties(
  properties: JsonObject,
  schema: readonly PropertySchema[],
  context: Surroundings,
): JsonObject {
  const checked: JsonObject = {}
  for (const [name, value] of Object.entries(properties)) {
    if (value === null) continue
    const property = schema.find((one) => one.name === name)
    if (property === undefined) throw new Refusal(noSuchProperty(name, context.className))
    checked[name] = isReference(property)
      ? checkReferences(value, name, context)
      : checkValue(value, property, name, context)
  }
  return checked
}

/** The server's words for a property that a class has not. */
export function noSuchProperty(name: string, className: string): string {
  return (
    `no such prop with name '${name}' found in class '${className}' in the schema. ` +
    'Check your schema files for which properties in this class are available'
  )
}

const WORDS: Record<string, string> = {
  int: 'integer',
  'int[]': 'integer array',
  'text[]': 'text array',
  'number[]': 'number array',
  'boolean[]': 'boolean array',
  'date[]': 'date array',
  'uuid[]': 'uuid array',
}

function checkValue(value: Json, property: PropertySchema, path: string, context: Surroundings): Json {
  const type = property.dataType[0] ?? ''
  let checked: Json = null
  const text = refusalOf(() => {
    checked = storedValue(value, type, property, path, context)
  })
  if (text === undefined) return checked
  throw new Refusal(
    `invalid ${WORDS[type] ?? type} property '${path}' on class '${context.className}': ${text}`,
  )
}

function storedValue(
  value: Json,
  type: string,
  property: PropertySchema,
  path: string,
  context: Surroundings,
): Json {
  if (type === 'object') return nested(value, property, path, context)
  if (type === 'object[]') return nestedList(value, property, path, context)
  if (type.endsWith('[]')) return arrayOf(value, type.slice(0, -2), context.wire)
  return scalarOf(value, type, context.wire)
}

function scalarOf(value: Json, type: string, wire: Wire): Json {
  const scalar = SCALARS[type]
  if (scalar === undefined) throw new Refusal(`unrecognized data type '${type}'`)
  return scalar(value, wire)
}

const SCALARS: Record<string, (value: Json, wire: Wire) => Json> = {
  text: (value, wire) => {
    if (typeof value !== 'string') throw new Refusal(`not a string, but ${goType(value, wire)}`)
    return value
  },
  boolean: (value, wire) => {
    if (typeof value !== 'boolean') throw new Refusal(`not a bool, but ${goType(value, wire)}`)
    return value
  },
  int: integer,
  number: (value) => {
    if (typeof value !== 'number')
      throw new Refusal(`requires a float, the given value is '${goText(value)}'`)
    return value
  },
  date: (value) => {
    if (isDate(value)) return spelled(value)
    throw new Refusal(
      `requires a string with a RFC3339 formatted date, but the given value is '${goText(value)}'`,
    )
  },
  uuid: (value) => {
    const id = maybeUuid(value)
    if (id !== undefined) return id
    throw new Refusal(`requires a string of UUID format, but the given value is '${goText(value)}'`)
  },
  blob: (value, wire) => {
    if (typeof value !== 'string') throw new Refusal(`not a blob base64 string, but ${goType(value, wire)}`)
    if (value === '' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
      throw new Refusal('not a valid blob base64 string')
    }
    return value
  },
  geoCoordinates: coordinates,
  phoneNumber: phone,
}

function integer(value: Json, wire: Wire): Json {
  // The double of the largest int is beyond it, and taken as a literal of JSON alone.
  const isHeld = typeof value === 'number' && value >= -(2 ** 63) && value < 2 ** 63
  const isLiteral = wire === 'rest' && value === 2 ** 63
  if (Number.isInteger(value) && (isHeld || isLiteral)) return value
  if (typeof value === 'number' && wire === 'rest') {
    throw new Refusal(`the JSON number '${value}' could not be converted to an int`)
  }
  throw new Refusal(`requires an integer, the given value is '${goText(value)}'`)
}

const ARRAYS: Record<string, [notAnArray: string, element: string]> = {
  text: ['a text', 'text'],
  int: ['an integer', 'integer'],
  // The server itself calls these integers.
  number: ['an integer', 'integer'],
  boolean: ['a boolean', 'boolean'],
  date: ['a date', 'date'],
  uuid: ['a uuid', 'uuid'],
}

function arrayOf(value: Json, type: string, wire: Wire): Json {
  const [notAnArray, element] = ARRAYS[type] ?? ['an', type]
  if (!Array.isArray(value)) throw new Refusal(`not ${notAnArray} array, but ${goType(value, wire)}`)
  return value.map((one) => {
    let checked: Json = null
    const text = refusalOf(() => {
      checked = scalarOf(one, type, wire)
    })
    if (text === undefined) return checked
    throw new Refusal(`invalid ${element} array value: [${value.map((v) => goString(v, wire)).join(' ')}]`)
  })
}

function coordinates(value: Json, wire: Wire): Json {
  if (!isObject(value)) throw new Refusal(`geoCoordinates must be a map, but got: ${goType(value, wire)}`)
  const read = (name: string): number => {
    const one = value[name]
    if (one === undefined) throw new Refusal(`geoCoordinates is missing required field '${name}'`)
    if (typeof one === 'number') return one
    throw new Refusal(`invalid ${name}: must be json.Number or float, but got ${goType(one, wire)}`)
  }
  const longitude = read('longitude')
  return { latitude: shortest(read('latitude')), longitude: shortest(longitude) }
}

/**
 * The server parses numbers of all countries; the double only checks the shape and keeps what it was given.
 */
function phone(value: Json, wire: Wire): Json {
  if (!isObject(value)) throw new Refusal(`phoneNumber must be a map, but got: ${goType(value, wire)}`)
  const { input, defaultCountry = '' } = value
  if (input === undefined) throw new Refusal("phoneNumber is missing required field 'input'")
  if (typeof input !== 'string') throw new Refusal('phoneNumber.input must be a string')
  const digits = input.replace(/\D/g, '')
  if (digits.length < 2) {
    throw new Refusal('invalid phone number: the phone number supplied is not a number')
  }
  return {
    input,
    ...(defaultCountry === '' ? {} : { defaultCountry: String(defaultCountry).toUpperCase() }),
    national: Number(digits),
    valid: true,
  }
}

function nested(value: Json, property: PropertySchema, path: string, context: Surroundings): JsonObject {
  if (!isObject(value)) {
    throw new Refusal(`object must be a map, but got: ${goType(value, context.wire)}`)
  }
  const checked: JsonObject = {}
  for (const [name, one] of Object.entries(value)) {
    const inner = property.nestedProperties?.find((candidate) => candidate.name === name)
    if (inner === undefined) throw new Refusal(`unknown property '${path}.${name}'`)
    if (one === null) continue
    const text = refusalOf(() => {
      checked[name] = checkValue(one, inner, `${path}.${name}`, context)
    })
    if (text !== undefined) throw new Refusal(`property '${path}.${name}': ${text}`)
  }
  return checked
}

function nestedList(value: Json, property: PropertySchema, path: string, context: Surroundings): Json {
  if (!Array.isArray(value)) throw new Refusal(`not an object array, but ${goType(value, context.wire)}`)
  return value.map((one, index) => {
    let checked: JsonObject = {}
    const text = refusalOf(() => {
      checked = nested(one, property, path, context)
    })
    if (text !== undefined) throw new Refusal(`invalid object '${index}' in array: ${text}`)
    return checked
  })
}

function checkReferences(value: Json, name: string, context: Surroundings): Json {
  if (!Array.isArray(value)) throw new Refusal(`reference property is not a slice ${goText(value)}`)
  return value.map((one) => {
    const beacon = String(isObject(one) ? one.beacon : '')
    const target = parseBeacon(beacon)
    if (target === undefined) throw new Refusal(`invalid cref: invalid reference: ${beacon}`)
    if (!context.references(target)) {
      throw new Refusal(
        `invalid cref: 'cref' ${context.className}:${name}: no object with id ${target.id} found`,
      )
    }
    return { beacon: `weaviate://localhost/${target.class}/${target.id}` }
  })
}

/** The object that a beacon names, or undefined where it is none. */
export function parseBeacon(beacon: string): Beacon | undefined {
  const [, className, text] = /^weaviate:\/\/[^/]+\/([^/]+)\/([^/]+)$/.exec(beacon) ?? []
  const id = maybeUuid(text)
  return className === undefined || id === undefined ? undefined : { class: className, id }
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)$/

/** A date as the server keeps it: nine digits behind the second without zeros at their end, and Z for no offset. */
function spelled(date: string): string {
  const [, , , , , , , digits = '', zone = ''] = RFC3339.exec(date) ?? []
  const fraction = digits.slice(1, 10).replace(/0+$/, '')
  return `${date.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}${/00:00$/.test(zone) ? 'Z' : zone}`
}

/** True for a date that the server takes: RFC 3339 with any number of digits after the second. */
export function isDate(value: unknown): value is string {
  const [, year, month, day, hour, minute, second] = RFC3339.exec(String(value)) ?? []
  if (typeof value !== 'string' || year === undefined) return false
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const inMonth = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay
  return inMonth && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}
