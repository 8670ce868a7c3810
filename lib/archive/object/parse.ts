import { isLarge } from '../../core/exactJson.ts'
import type { JsonObject, ObjectDraft, StoredObject, Vector } from '../../core/object.ts'
import { filledVector } from '../../core/value/float32.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'

/** Why a JSON value is not an object of an archive, for a person. */
export class ObjectParseError extends Error {}

const MOST_LEVELS = 500

/**
 * Converts a parsed JSON value, with vectors as base64 or as numbers, to an object. Unknown fields are ignored. If
 * the properties hold a bigint, or a number that `JSON.parse` may have rounded, `exactly` returns the exact
 * properties.
 * @throws ObjectParseError if a field is missing or has another type, or the properties nest too deep or hold a number
 * beyond the range of doubles
 */
export function objectOf(value: unknown, exactly?: () => JsonObject): StoredObject {
  if (!isRecord(value)) throw new ObjectParseError('is not a JSON object')
  const { id, properties, vector, vectors, tenant, created_ms, updated_ms } = value
  if (typeof id !== 'string' || !isUuid(id)) throw new ObjectParseError('has no lower-case UUID as its id')
  if (!isRecord(properties)) throw new ObjectParseError(`${id} has no properties`)
  const large = lookThrough(properties, id, MOST_LEVELS)
  const counted = large && exactly !== undefined ? exactly() : (properties as JsonObject)
  const object: ObjectDraft = { id, properties: counted }
  if (vector !== undefined) object.vector = singleOf(vector, id)
  if (vectors !== undefined) object.vectors = namedOf(vectors, id)
  if (tenant !== undefined) object.tenant = textOf(tenant, id)
  if (created_ms !== undefined) object.createdMs = msOf(created_ms, id)
  if (updated_ms !== undefined) object.updatedMs = msOf(updated_ms, id)
  return object
}

/**
 * True if there is a bigint, or a number that may have been rounded. Recursive functions walk through a value: more
 * levels would overflow their stack.
 */
function lookThrough(value: object, id: string, levels: number): boolean {
  if (levels === 0) throw new ObjectParseError(`${id} has properties of more than ${MOST_LEVELS} levels`)
  let large = false
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === 'bigint') large = true
    else if (typeof inner === 'number') {
      if (!isLarge(inner)) continue
      if (!Number.isFinite(inner))
        throw new ObjectParseError(`${id} has a number beyond the range of a double`)
      large = true
    } else if (typeof inner === 'object' && inner !== null)
      large = lookThrough(inner, id, levels - 1) || large
  }
  return large
}

function namedOf(value: unknown, id: string): Record<string, Vector> {
  if (!isRecord(value)) throw new ObjectParseError(`${id} has vectors that are not an object`)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, vectorOf(one, id)]))
}

function vectorOf(value: unknown, id: string): Vector {
  const rows = Array.isArray(value) && !/number|bigint/.test(typeof value[0]) && value.length > 0
  return rows ? value.map((row) => singleOf(row, id)) : singleOf(value, id)
}

function singleOf(value: unknown, id: string): Float32Array {
  if (typeof value === 'string') return floatsOf(value, id)
  if (!Array.isArray(value))
    throw new ObjectParseError(`${id} has a vector that is neither base64 nor numbers`)
  for (const number of value) {
    if (typeof number !== 'number' && typeof number !== 'bigint')
      throw new ObjectParseError(`${id} has a vector that holds something other than numbers`)
  }
  return Float32Array.from(value as (number | bigint)[], Number)
}

function floatsOf(base64: string, id: string): Float32Array {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  const byteLength = (base64.length / 4) * 3 - padding
  const length = byteLength / Float32Array.BYTES_PER_ELEMENT
  if (!Number.isInteger(length)) throw notFloats(id)
  // Characters outside the base64 alphabet are skipped.
  return filledVector(length, (bytes, at) => {
    if (bytes.write(base64, at, byteLength, 'base64') !== byteLength) throw notFloats(id)
  })
}

function notFloats(id: string): ObjectParseError {
  return new ObjectParseError(`${id} has a vector that is not base64 of float32 numbers`)
}

function textOf(value: unknown, id: string): string {
  if (typeof value === 'string') return value
  throw new ObjectParseError(`${id} has a tenant that is not text`)
}

function msOf(value: unknown, id: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new ObjectParseError(`${id} has a time that is not a number of milliseconds`)
}
