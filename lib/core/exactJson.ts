import { type JsonBounds, parseBounded } from './boundedJson.ts'
import type { Json } from './object.ts'

/**
 * JSON in which no number changes on its way through. JSON.parse rounds a whole number beyond ±(2^53 - 1), and
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

/** The JSON of a value: -0 stays what it is, and a bigint is its digits. */
export function exactJson(value: Json): string {
  return needsRaw(value) ? JSON.stringify(value, raw) : JSON.stringify(value)
}

/**
 * JSON.parse, but a whole number beyond ±(2^53 - 1) that is written in digits alone is a bigint: of any other
 * number a double is all there is. Takes several times as long where there is such a number, else no longer
 * than a walk through the value. @throws SyntaxError, also as `parseBounded`
 */
export function parseExact(text: string, bounds?: JsonBounds): Json {
  const value = parseBounded(text, bounds) as Json
  return holdsLarge(value) ? reparsed(text) : value
}

/** What `parseExact` gives of a text that `JSON.parse` has found a large number in. */
export function reparsed(text: string): Json {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && isLarge(value) && source !== undefined ? wholeOf(source, value) : value,
  ) as Json
}

/**
 * The same of a text whose writer held all numbers as doubles, and wrote as few digits as tell them apart: what it
 * held is kept, and not the digits.
 */
export function parseDoubles(text: string): Json {
  const value = parseBounded(text) as Json
  if (!holdsLarge(value)) return value
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && typeof wholeOf(source ?? '', value) === 'bigint' ? BigInt(value) : value,
  ) as Json
}

/**
 * The number that a JSON literal stands for; `double` is what it rounds to. One that is beyond the doubles stays
 * infinite: nobody takes it, and BigInt would need hours for megabytes of digits.
 */
export function wholeOf(source: string, double: number): number | bigint {
  return isLarge(double) && Number.isFinite(double) && WHOLE.test(source) ? BigInt(source) : double
}

const BEYOND_INT64 = 2n ** 63n

/** True for what an `int` holds: 64 bits, and 2^63, which a server makes of the largest of them. */
export function isInt64(value: bigint): boolean {
  return value >= -BEYOND_INT64 && value <= BEYOND_INT64
}

/** True for a double that more than one whole number rounds to. */
export function isLarge(double: number): boolean {
  return double > Number.MAX_SAFE_INTEGER || double < Number.MIN_SAFE_INTEGER
}

/** True where there is such a double at any depth; with a list of its own, so that no depth exhausts the stack. */
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
