import { isInt64 } from '../../core/exactJson.ts'
import type { Json, JsonObject } from '../../core/object.ts'
import { isUuid } from '../../core/value/uuid.ts'

/**
 * The possible data type of a JSON value. A text that looks like a date or UUID counts as one until another
 * text of the property does not.
 */
export type ValueKind =
  | 'text'
  | 'date'
  | 'uuid'
  | 'int'
  | 'number'
  | 'boolean'
  | 'geoCoordinates'
  | 'phoneNumber'
  | 'reference'
  | 'object'

/** The kind of one value that is neither null nor an array. */
export function kindOf(value: Exclude<Json, null | Json[]>): ValueKind {
  switch (typeof value) {
    case 'string':
      return textKind(value)
    case 'number':
      // A larger one is not written in digits alone, and an int would lose the sign of -0.
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'int' : 'number'
    case 'bigint':
      return isInt64(value) ? 'int' : 'number'
    case 'boolean':
      return 'boolean'
    default:
      return objectKind(value)
  }
}

/** The narrowest kind for both; undefined if no data type holds both. */
export function commonKind(one: ValueKind, other: ValueKind): ValueKind | undefined {
  if (one === other) return one
  return WIDER.map(([wide, narrow]) => ({ wide, all: [wide, ...narrow] })).find(
    ({ all }) => all.includes(one) && all.includes(other),
  )?.wide
}

const WIDER: readonly [ValueKind, readonly ValueKind[]][] = [
  ['text', ['date', 'uuid']],
  ['number', ['int']],
  ['object', ['geoCoordinates', 'phoneNumber', 'reference']],
]

const DATE =
  /^\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

const BEACON = /^weaviate:\/\/[^/]+\/(?:([A-Z]\w*)\/)?[0-9a-f-]{36}$/

function textKind(text: string): ValueKind {
  if (text.length < 20 || text.length > 64) return 'text'
  // Lower case only: a server returns uuids in lower case, so others would change.
  if (isUuid(text)) return 'uuid'
  return DATE.test(text) && dayExists(text.slice(0, 10)) ? 'date' : 'text'
}

/** JavaScript moves a day that does not exist into the next month. */
function dayExists(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
}

function objectKind(value: JsonObject): ValueKind {
  const names = Object.keys(value)
  if (names.length === 2 && isNumber(value.latitude) && isNumber(value.longitude)) return 'geoCoordinates'
  if (typeof value.beacon === 'string' && BEACON.test(value.beacon)) return 'reference'
  if (typeof value.input === 'string' && names.every((name) => PHONE.has(name)) && names.length > 1) {
    return 'phoneNumber'
  }
  return 'object'
}

const PHONE = new Set([
  'input',
  'defaultCountry',
  'countryCode',
  'national',
  'internationalFormatted',
  'nationalFormatted',
  'valid',
])

function isNumber(value: Json | undefined): boolean {
  return typeof value === 'number'
}

/** The class that a reference points to; undefined if its beacon, from an old server, does not name it. */
export function referredClass(value: JsonObject): string | undefined {
  return typeof value.beacon === 'string' ? BEACON.exec(value.beacon)?.[1] : undefined
}
