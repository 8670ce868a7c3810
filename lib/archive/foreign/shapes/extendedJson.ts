import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { PlainFault } from '../plainFault.ts'

/**
 * A value of MongoDB's extended JSON, relaxed or canonical, version 1 or 2, as plain JSON: ids become hex, dates RFC
 * 3339, 64-bit integers exact numbers, decimals their digits, bytes base64; uuids and byte vectors are recognized.
 * @see https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 * @throws PlainFault for an invalid value
 */
export function plainValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainValue)
  if (!isRecord(value)) return value
  const [first] = Object.keys(value)
  if (first?.startsWith('$') === true) {
    const typed = TYPES[first]
    if (typed !== undefined) return typed(value[first]!, value)
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainValue(inner)]))
}

type TypedReader = (value: Json, whole: JsonObject) => Json

const TYPES: Readonly<Record<string, TypedReader>> = {
  $oid: textOf,
  $symbol: textOf,
  $code: textOf,
  $uuid: textOf,
  $numberInt: (value) => wholeOf(value),
  $numberLong: (value) => wholeOf(value),
  $numberDouble: (value) => doubleOf(value),
  $numberDecimal: (value) => doubleOf(value),
  $date: (value) => dateOf(value),
  $timestamp: (value) => (isRecord(value) ? secondsText(value.t) : bad('$timestamp')),
  $binary: (value, whole) => binaryOf(value, whole.$type),
  $regularExpression: (value) =>
    isRecord(value) ? `/${value.pattern}/${value.options}` : bad('$regularExpression'),
  $regex: (value, { $options: options = '' }) => `/${value}/${options}`,
  $undefined: () => null,
  $minKey: () => null,
  $maxKey: () => null,
}

function textOf(value: Json): Json {
  return typeof value === 'string' ? value : bad('a text')
}

function wholeOf(value: Json): Json {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return bad('an int')
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

/** NaN and infinity, which JSON cannot express, become absent. */
function doubleOf(value: Json): Json {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

function dateOf(value: Json): Json {
  if (typeof value === 'string') return /[Zz]|[+-]\d\d:?\d\d$/.test(value) ? zoned(value) : bad('$date')
  const ms = isRecord(value) ? wholeOf(value.$numberLong!) : value
  return momentText(Number(ms), '$date')
}

/** Older versions wrote an offset without a colon. */
function zoned(text: string): string {
  return text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
}

function secondsText(seconds: Json | undefined): Json {
  return typeof seconds === 'number' ? momentText(seconds * 1000, '$timestamp') : bad('$timestamp')
}

function momentText(ms: number, what: string): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? bad(what) : shortest(date.toISOString())
}

function shortest(iso: string): string {
  return iso.replace(/\.?0*Z$/, 'Z')
}

const UUID_KINDS = ['03', '04', '3', '4']
const VECTOR_KINDS = ['09', '9']
const FLOAT32 = 0x27

function binaryOf(value: Json, firstVersionKind: Json | undefined): Json {
  const base64 = isRecord(value) ? value.base64 : value
  const kind = isRecord(value) ? value.subType : firstVersionKind
  if (typeof base64 !== 'string') return bad('$binary')
  const bytes = Buffer.from(base64, 'base64')
  if (UUID_KINDS.includes(`${kind}`) && bytes.length === 16)
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  if (VECTOR_KINDS.includes(`${kind}`) && bytes[0] === FLOAT32 && bytes.length % 4 === 2)
    return Array.from({ length: (bytes.length - 2) / 4 }, (_, at) => bytes.readFloatLE(2 + at * 4))
  return base64
}

function bad(what: string): never {
  throw new PlainFault('invalid_value', `it holds something else than ${what} where MongoDB has one`)
}
