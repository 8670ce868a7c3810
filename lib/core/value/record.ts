import type { Json, JsonObject } from '../object.ts'

/** True for a JSON object: neither null nor a list. */
export function isRecord(value: Json | undefined): value is JsonObject
export function isRecord(value: unknown): value is Record<string, unknown>
export function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value where it is a JSON object, else an empty one: of what may be missing, or be something else. */
export function recordOf(value: unknown): JsonObject {
  return isRecord(value) ? (value as JsonObject) : {}
}
