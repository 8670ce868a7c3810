import type { Json } from './object.ts'

/** The JSON of a value in which -0 stays what it is: JSON.stringify writes 0, though JSON.parse reads -0. */
export function exactJson(value: Json): string {
  return holdsNegativeZero(value) ? JSON.stringify(value, negativeZeroRaw) : JSON.stringify(value)
}

/** @see https://github.com/tc39/proposal-json-parse-with-source (JSON.rawJSON), in Node since 21 */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown }

function negativeZeroRaw(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? rawJSON('-0') : value
}

function holdsNegativeZero(value: Json): boolean {
  if (typeof value === 'number') return Object.is(value, -0)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(holdsNegativeZero)
  for (const key in value) if (holdsNegativeZero(value[key]!)) return true
  return false
}
