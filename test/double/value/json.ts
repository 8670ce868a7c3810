import type { Json, JsonObject } from '../../../lib/core/object.ts'

/** True for a JSON object, false for lists and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as an object, an empty one where it is none. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** The value as a list, an empty one where it is none. */
export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value : []
}
