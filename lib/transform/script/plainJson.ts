import { MAX_JSON_DEPTH } from '../../core/boundedJson.ts'
import type { Json } from '../../core/object.ts'

/**
 * Checks that a value is JSON, and drops keys that are undefined; returns the same value if there were none. @throws
 * Error that names the path of what is not JSON
 */
export function plainJson(value: unknown, path: string, depth = 0): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      throw new Error(`${path} is ${value}`)
    case 'object':
      if (value === null) return value
      if (depth >= MAX_JSON_DEPTH) throw new Error(`${path} nests deeper than ${MAX_JSON_DEPTH} levels`)
      return Array.isArray(value) ? list(value, path, depth + 1) : record(value, path, depth + 1)
    default:
      throw new Error(`${path} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`)
  }
}

function list(values: readonly unknown[], path: string, depth: number): Json {
  let changed: Json[] | undefined
  for (let at = 0; at < values.length; at++) {
    const made = plainJson(values[at], `${path}[${at}]`, depth)
    if (Object.is(made, values[at])) continue
    changed ??= [...values] as Json[]
    changed[at] = made
  }
  return changed ?? (values as Json[])
}

/**
 * Refuses what JSON would change silently, such as a Date or a Map.
 * @throws Error if an object is an instance of a class
 */
export function requirePlain(value: object, path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`${path} is a ${value.constructor?.name ?? 'object'}${hintFor(value)}`)
  }
}

function record(value: object, path: string, depth: number): Json {
  requirePlain(value, path)
  let changed: Record<string, Json> | undefined
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key]
    const made = field === undefined ? undefined : plainJson(field, `${path}.${key}`, depth)
    if (made !== undefined && Object.is(made, field)) continue
    changed ??= { ...value } as Record<string, Json>
    if (made === undefined) delete changed[key]
    else changed[key] = made
  }
  return changed ?? (value as { [key: string]: Json })
}

function hintFor(value: object): string {
  return value instanceof Date ? ': give its toISOString()' : ''
}
