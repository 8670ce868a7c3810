import type { Json } from '../../core/object.ts'
import { canonicalUuid } from '../../core/value/uuid.ts'
import { compareInstants, type Instant, readInstant } from './instant.ts'
import type { FilterValue, ValueType } from './value.ts'

/** Compares a stored value: negative, zero or positive; undefined if it is null, or has another type. */
export type Order = (stored: Json | undefined) => number | undefined

/** Compares stored values with one from a filter. */
export function orderTo(other: FilterValue): Order {
  switch (other.type) {
    case 'text': {
      const { value } = other
      return (stored) => (typeof stored === 'string' ? compareTexts(stored, value) : undefined)
    }
    case 'uuid': {
      const { value } = other
      return (stored) => (typeof stored === 'string' ? compareUnits(uuidText(stored), value) : undefined)
    }
    case 'boolean': {
      const { value } = other
      return (stored) => (typeof stored === 'boolean' ? Number(stored) - Number(value) : undefined)
    }
    case 'date': {
      const { value } = other
      const scratch = { ms: 0, nanos: 0 }
      return (stored) => (readDate(stored, scratch) ? compareInstants(scratch, value) : undefined)
    }
    default: {
      const { value } = other
      return (stored) => (isNumber(stored) ? compareNumbers(stored, value) : undefined)
    }
  }
}

/** Compares two stored values of one type. */
export function orderBetween(
  type: ValueType,
  left: Json | undefined,
  right: Json | undefined,
): number | undefined {
  switch (type) {
    case 'text':
      return bothTexts(left, right) ? compareTexts(left, right as string) : undefined
    case 'uuid':
      return bothTexts(left, right) ? compareUnits(uuidText(left), uuidText(right as string)) : undefined
    case 'boolean':
      if (typeof left !== 'boolean' || typeof right !== 'boolean') return undefined
      return Number(left) - Number(right)
    case 'date': {
      const [a, b] = [
        { ms: 0, nanos: 0 },
        { ms: 0, nanos: 0 },
      ]
      return readDate(left, a) && readDate(right, b) ? compareInstants(a, b) : undefined
    }
    default:
      return isNumber(left) && isNumber(right) ? compareNumbers(left, right) : undefined
  }
}

/** Reads a stored date; a number is a store's time in milliseconds. */
function readDate(stored: Json | undefined, into: Instant): boolean {
  if (typeof stored === 'string') return readInstant(stored, into)
  if (typeof stored !== 'number') return false
  into.ms = stored
  into.nanos = 0
  return true
}

function bothTexts(left: Json | undefined, right: Json | undefined): left is string {
  return typeof left === 'string' && typeof right === 'string'
}

function isNumber(stored: Json | undefined): stored is number | bigint {
  return typeof stored === 'number' || typeof stored === 'bigint'
}

/** Exact even between a bigint and a double. */
function compareNumbers(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Stores hold UUIDs in lower case; other programs' files may not. */
function uuidText(stored: string): string {
  return stored.length === 36 && stored === stored.toLowerCase() ? stored : canonicalUuid(stored)
}

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares texts by code points, which is the byte order of UTF-8; JavaScript compares UTF-16 units. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Sorts surrogates, which make up characters beyond 0xFFFF, after all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}
