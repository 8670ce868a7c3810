import { type JsonBounds, parseBounded } from './boundedJson.ts'
import type { Json } from './object.ts'

/**
 * JSON whose numbers are read and written exactly. JSON.parse rounds a whole number beyond ±(2^53 - 1), and
 * JSON.stringify writes 0 for -0 and refuses bigints.
 * @see https://github.com/tc39/proposal-json-parse-with-source (in Node since 21)
 */
interface ExactJson {
  rawJSON(text: string): unknown
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
}

const exact = JSON as unknown as ExactJson

const WHOLE = /^-?\d+$/

/** Writes a value as JSON: -0 as `-0`, and a bigint as its digits. */
export function exactJson(value: Json): string {
  return needsRaw(value) ? JSON.stringify(value, raw) : JSON.stringify(value)
}

/**
 * JSON.parse, except that a whole number beyond ±(2^53 - 1) written with digits only becomes a bigint. Every
 * other number is a double. Takes several times as long if there is such a number, otherwise no longer than a
 * walk through the value. @throws SyntaxError, also as `parseBounded`
 */
export function parseExact(text: string, bounds?: JsonBounds): Json {
  const value = parseBounded(text, bounds) as Json
  return holdsLarge(value) ? parseLargeNumbers(text) : value
}

/** Parses a text again, exactly, after `JSON.parse` found a large number in it. */
export function parseLargeNumbers(text: string): Json {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && isLarge(value) && source !== undefined ? exactNumber(source, value) : value,
  ) as Json
}

/**
 * Parses a text whose writer held all numbers as doubles and wrote their shortest digits: a large whole
 * number becomes the exact value of the double.
 */
export function parseDoubles(text: string): Json {
  const value = parseBounded(text) as Json
  if (!holdsLarge(value)) return value
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && typeof exactNumber(source ?? '', value) === 'bigint' ? BigInt(value) : value,
  ) as Json
}

/**
 * The number of a JSON literal; `double` is its rounded value. A number beyond the range of doubles stays infinite:
 * it is refused later, and BigInt would need hours for megabytes of digits.
 */
export function exactNumber(source: string, double: number): number | bigint {
  return isLarge(double) && Number.isFinite(double) && WHOLE.test(source) ? BigInt(source) : double
}

const BEYOND_INT64 = 2n ** 63n

/**
 * True for a value that an `int` can hold: 64 bits, and 2^63, to which a server rounds the largest of them.
 */
export function isInt64(value: bigint): boolean {
  return value >= -BEYOND_INT64 && value <= BEYOND_INT64
}

/** True for a double that more than one whole number rounds to. */
export function isLarge(double: number): boolean {
  return double > Number.MAX_SAFE_INTEGER || double < Number.MIN_SAFE_INTEGER
}

/** True if there is such a double at any depth. Uses its own stack, so that no depth overflows the call stack. */
export function holdsLarge(root: Json): boolean {
  if (typeof root !== 'object' || root === null) return typeof root === 'number' && isLarge(root)
  const open: (Json[] | { [key: string]: Json })[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const inner = Array.isArray(value) ? value : Object.values(value)
    for (let at = 0; at < inner.length; at++) {
      const part = inner[at]!
      if (typeof part === 'number') {
        if (isLarge(part)) return true
      } else if (typeof part === 'object' && part !== null) open.push(part)
    }
  }
  return false
}

function raw(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return exact.rawJSON(String(value))
  return Object.is(value, -0) ? exact.rawJSON('-0') : value
}

function needsRaw(value: Json): boolean {
  if (typeof value === 'number') return Object.is(value, -0)
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(needsRaw)
  for (const key in value) if (needsRaw(value[key]!)) return true
  return false
}
