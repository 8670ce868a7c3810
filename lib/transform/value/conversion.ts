import { exactJson, exactNumber, isInt64 } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import { canonicalUuid, isUuidOfAnySpelling } from '../../core/value/uuid.ts'
import { type Instant, instantOf, readInstant, rfc3339 } from '../filter/instant.ts'
import { hasSameDigits } from './digits.ts'

/** The types that values can be converted to, single or in lists. */
export const SCALARS = ['int', 'number', 'text', 'date', 'boolean', 'uuid'] as const
/** A type that values can be converted to. */
export type ScalarType = (typeof SCALARS)[number]

/** A value of the new type, or why there is no equal one. */
export type ConversionResult = { readonly value: Json } | { readonly fault: string }

/** Converts a value that is neither null nor absent. */
export type Conversion = (value: Json) => ConversionResult

/** For each type, the types that can be converted to it. SPEC.md prints this table. */
export const CONVERSIONS: Readonly<Record<ScalarType, readonly ScalarType[]>> = {
  int: ['int', 'number', 'text', 'boolean'],
  number: ['int', 'number', 'text', 'boolean'],
  text: SCALARS,
  date: ['date', 'text'],
  boolean: ['boolean', 'int', 'number', 'text'],
  uuid: ['uuid', 'text'],
}

/** The conversion from one type to another, including lists; undefined if no value can be converted. */
export function conversion(from: string, to: string): Conversion | undefined {
  const [source, target] = [scalarOf(from), scalarOf(to)]
  if (source === undefined || target === undefined || !CONVERSIONS[target].includes(source)) return undefined
  const convert = MAKERS[target]
  const isList = to.endsWith('[]')
  return (value) => {
    if (Array.isArray(value)) return isList ? eachOf(value, convert) : onlyOf(value, convert)
    const made = convert(value)
    return 'fault' in made || !isList ? made : { value: [made.value] }
  }
}

function scalarOf(type: string): ScalarType | undefined {
  const scalar = type.replace(/\[\]$/, '')
  return SCALARS.find((one) => one === (scalar === 'string' ? 'text' : scalar))
}

function eachOf(values: readonly Json[], convert: Conversion): ConversionResult {
  const list: Json[] = []
  for (const one of values) {
    const made = convert(one)
    if ('fault' in made) return made
    list.push(made.value)
  }
  return { value: list }
}

/** A list with one value becomes that value; an empty list has none. */
function onlyOf(values: readonly Json[], convert: Conversion): ConversionResult {
  if (values.length > 1) return { fault: `it holds ${values.length} values, and one is wanted` }
  return values.length === 0 ? { value: null } : convert(values[0]!)
}

const MAKERS: Readonly<Record<ScalarType, Conversion>> = {
  int: toInt,
  number: toNumber,
  text: toText,
  date: toDate,
  boolean: toBoolean,
  uuid: (value) =>
    typeof value === 'string' && isUuidOfAnySpelling(value.trim())
      ? { value: canonicalUuid(value.trim()) }
      : fault(value, 'is not a UUID'),
}

const WHOLE = /^[+-]?\d{1,40}(?:\.0*)?$/
const DECIMAL = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/

function toInt(value: Json): ConversionResult {
  if (typeof value === 'boolean') return { value: Number(value) }
  if (typeof value === 'string') {
    const text = value.trim()
    if (!WHOLE.test(text)) return fault(value, 'is not a whole number')
    const digits = text.replace(/^\+|\.0*$/g, '')
    return within64(exactNumber(digits, Number(digits)), value)
  }
  if (typeof value === 'bigint') return within64(value, value)
  if (typeof value !== 'number' || !Number.isInteger(value)) return fault(value, 'is not a whole number')
  return within64(Number.isSafeInteger(value) ? value : BigInt(value), value)
}

function within64(whole: number | bigint, value: Json): ConversionResult {
  // Without the sign of a zero.
  if (typeof whole === 'number') return { value: whole + 0 }
  return isInt64(whole) ? { value: whole } : fault(value, 'is beyond 64 bits')
}

function toNumber(value: Json): ConversionResult {
  if (typeof value === 'boolean') return { value: Number(value) }
  if (typeof value === 'number') return { value }
  if (typeof value === 'bigint') {
    const double = Number(value)
    return BigInt(double) === value ? { value: double } : fault(value, TOO_MANY_DIGITS)
  }
  const text = typeof value === 'string' ? value.trim() : ''
  if (!DECIMAL.test(text)) return fault(value, 'is not a number')
  const double = Number(text)
  if (!Number.isFinite(double)) return fault(value, 'is beyond the doubles')
  return hasSameDigits(text, double) ? { value: double } : fault(value, TOO_MANY_DIGITS)
}

const TOO_MANY_DIGITS = 'has more digits than a number keeps'

/** Converts a value to its JSON text, without quotes. */
function toText(value: Json): ConversionResult {
  if (typeof value === 'string') return { value }
  if (typeof value === 'object') return fault(value, 'is not a single value')
  return { value: exactJson(value) }
}

const scratch: Instant = { ms: 0, nanos: 0 }
/** Digits after the second that are not 0 and finer than a moment keeps. */
const FINER = /[.,]\d{9}0*[1-9]/

function toDate(value: Json): ConversionResult {
  if (typeof value !== 'string') return fault(value, 'is not a date')
  const text = value.trim()
  if (FINER.test(text)) return fault(value, 'is finer than a nanosecond')
  if (readInstant(text, scratch)) return { value: text }
  const instant = instantOf(text)
  return instant === undefined ? fault(value, 'is not a date') : { value: rfc3339(instant) }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

function toBoolean(value: Json): ConversionResult {
  if (typeof value === 'boolean') return { value }
  const key = typeof value === 'string' ? value.trim().toLowerCase() : exactJson(value)
  const found = Object.hasOwn(BOOLEANS, key) ? BOOLEANS[key] : undefined
  return found === undefined ? fault(value, 'is neither true nor false') : { value: found }
}

const MOST_SHOWN = 60

function fault(value: Json, what: string): ConversionResult {
  const text = exactJson(value)
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN).toWellFormed()}…` : text
  return { fault: `${shown} ${what}` }
}
