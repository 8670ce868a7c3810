/** A moment in time, to the nanosecond. */
export interface Instant {
  /** Whole milliseconds since 1970, rounded down. */
  ms: number
  /** Nanoseconds after them, 0 to 999,999. */
  nanos: number
}

const DAY_MS = 86_400_000

/**
 * Reads a date in a store's format (RFC 3339, any number of digits after the second, of which nine count) into
 * `into`; returns false for any other text. Creates no object, since a scan calls it for each object.
 */
export function readInstant(text: string, into: Instant): boolean {
  if (text.length < 20 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false
  if (text.charCodeAt(10) !== T || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON)
    return false
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const year = digits(text, 0, 4)
  const isTime = hour < 24 && minute < 60 && second < 60
  if (!(isTime && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return false
  const fraction = readFraction(text, 19)
  const offset = offsetOf(text, fraction.end)
  if (Number.isNaN(offset)) return false
  const dayMs = daysSince1970(year, month, day) * DAY_MS
  into.ms =
    dayMs + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Math.floor(fraction.nanos / 1_000_000)
  into.nanos = fraction.nanos % 1_000_000
  return true
}

const LITERAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:[.,]\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/

/** The moment that a literal of a filter means: a date, with or without a time; UTC without a zone. */
export function instantOf(literal: string): Instant | undefined {
  const [, day, time = '00:00', second = ':00', zone = 'Z'] = LITERAL.exec(literal.trim()) ?? []
  const instant = { ms: 0, nanos: 0 }
  return day !== undefined && readInstant(`${day}T${time}${second}${zone}`, instant) ? instant : undefined
}

/** A moment in the format that a server accepts. */
export function rfc3339({ ms, nanos }: Instant): string {
  const [second] = new Date(ms).toISOString().split('.')
  const millis = ((ms % 1000) + 1000) % 1000
  const fraction = `${String(millis).padStart(3, '0')}${String(nanos).padStart(6, '0')}`.replace(/0+$/, '')
  return `${second}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** Negative if `a` is before `b`. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.ms - b.ms || a.nanos - b.nanos
}

const DASH = 45
const COLON = 58
const T = 84
const Z = 90
const ZERO = 48
const PLUS = 43

/** NaN if any character is not a digit. */
function digits(text: string, at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - ZERO
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const fraction = { nanos: 0, end: 0 }

function readFraction(text: string, at: number): { readonly nanos: number; readonly end: number } {
  fraction.nanos = 0
  fraction.end = at
  const mark = text[at]
  if (mark !== '.' && mark !== ',') return fraction
  let unit = 100_000_000
  let index = at + 1
  for (; index < text.length; index++) {
    const digit = text.charCodeAt(index) - ZERO
    if (!(digit >= 0 && digit <= 9)) break
    fraction.nanos += digit * unit
    unit = Math.floor(unit / 10)
  }
  fraction.end = index
  return fraction
}

/** Minutes that a zone is ahead of UTC; NaN if it is invalid, or does not end the text. */
function offsetOf(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  if (sign === Z) return text.length === at + 1 ? 0 : Number.NaN
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) {
    return Number.NaN
  }
  const minutes = digits(text, at + 1, 2) * 60 + digits(text, at + 4, 2)
  return sign === PLUS ? minutes : -minutes
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** In the Gregorian calendar. @see https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
