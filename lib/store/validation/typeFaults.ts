import { exactJson, isInt64, isLarge } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import { recordOf } from '../../core/value/record.ts'
import { isUuidOfAnySpelling } from '../../core/value/uuid.ts'

/** What is wrong with one value; undefined if nothing is. */
export type TypeFault = (value: Json) => string | undefined

/** The check of a data type that has no parts. */
export function basicFault(type: string): TypeFault {
  return BASIC[type] ?? (() => `unrecognized data type '${type}'`)
}

const BASIC: Readonly<Record<string, TypeFault>> = {
  text: textFault,
  string: textFault,
  int: integerFault,
  number: numberFault,
  boolean: booleanFault,
  date: dateFault,
  uuid: uuidFault,
  geoCoordinates: geoFault,
  phoneNumber: phoneFault,
  blob: blobFault,
  blobHash: blobFault,
}

function textFault(value: Json) {
  return typeof value === 'string' ? undefined : `not a string, but ${typeof value}`
}

function integerFault(value: Json) {
  if (typeof value === 'bigint') {
    return isInt64(value) ? undefined : `requires an integer of 64 bits, the given value is '${value}'`
  }
  if (!Number.isInteger(value)) return `requires an integer, the given value is '${formatValue(value)}'`
  return isLarge(value as number) ? mayBeRounded(value as number) : undefined
}

/** The message for an `int` that is given as a double. */
export function mayBeRounded(value: number): string {
  return `the given value is a float, which several whole numbers near ${BigInt(value)} are rounded to: write it in digits alone, or give a bigint`
}

function numberFault(value: Json) {
  return typeof value === 'bigint' || Number.isFinite(value)
    ? undefined
    : `requires a float, the given value is '${formatValue(value)}'`
}

function booleanFault(value: Json) {
  return typeof value === 'boolean'
    ? undefined
    : `requires a bool, the given value is '${formatValue(value)}'`
}

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

function dateFault(value: Json) {
  const parts = typeof value === 'string' ? DATE.exec(value) : null
  if (parts !== null && dayExists(Number(parts[1]), Number(parts[2]), Number(parts[3]))) return undefined
  return `requires a string with a RFC3339 formatted date, but the given value is '${formatValue(value)}'`
}

function dayExists(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

function uuidFault(value: Json) {
  if (typeof value === 'string' && isUuidOfAnySpelling(value)) return undefined
  return `requires a string of UUID format, the given value is '${formatValue(value)}'`
}

function geoFault(value: Json) {
  const { latitude, longitude } = recordOf(value)
  if (Number.isFinite(latitude) && Number.isFinite(longitude)) return undefined
  return `requires the numbers latitude and longitude, the given value is '${formatValue(value)}'`
}

function phoneFault(value: Json) {
  if (typeof recordOf(value).input === 'string') return undefined
  return `requires an object with the text input, the given value is '${formatValue(value)}'`
}

function blobFault(value: Json) {
  return typeof value === 'string' && isBase64(value) ? undefined : 'not a valid blob base64 string'
}

// A single pattern with a repeated group overflows the regular expression stack on blobs of many megabytes.
function isBase64(text: string): boolean {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (
    text.length > 0 && text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(text.slice(0, text.length - padding))
  )
}

function formatValue(value: Json): string {
  const text = typeof value === 'string' ? value : (exactJson(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
