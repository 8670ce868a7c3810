import type { Json, JsonObject } from '../object.ts'

/** True for a JSON object: neither null nor a list. */
export function isRecord(value: Json | undefined): value is JsonObject
export function isRecord(value: unknown): value is Record<string, unknown>
export function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it is a JSON object, otherwise an empty one: for values that may be missing, or anything else. */
export function recordOf(value: unknown): JsonObject {
  return isRecord(value) ? (value as JsonObject) : {}
}
