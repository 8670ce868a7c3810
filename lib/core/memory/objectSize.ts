import type { Json, StoredObject, Vector } from '../object.ts'
import { unparsedLength } from '../properties/lazyProperties.ts'
import { isLimited, noteGarbage } from './limits.ts'

/** The part of a line around the values: field names, an id, braces and quotes. */
const AROUND = 128
const A_NUMBER = 8
/** A line, its text, the parsed values and a message: each is soon garbage. */
const COPIES = 4
/** No reader takes values that nest deeper: they are weighed only so far, since their refusal comes later. */
const MOST_LEVELS = 1_000

/**
 * The approximate length of an object's line in characters; escapes take more. Serves to weigh objects against each
 * other, and to decide when a part ends, without making the line.
 */
export function lineLength(object: StoredObject): number {
  const { vector, vectors } = object
  let length = AROUND + (unparsedLength(object) ?? jsonLength(object.properties))
  if (vector !== undefined) length += vectorLength(vector)
  for (const name in vectors) length += name.length + vectorLength(vectors[name]!)
  return length
}

/** Tells a limit on memory about objects that were read or written; without a limit it does nothing. */
export function noteGarbageObjects(objects: readonly StoredObject[]): void {
  if (!isLimited()) return
  for (const object of objects) noteGarbage(COPIES * lineLength(object))
}

/** The approximate length of a value as JSON, in characters. Of its levels, the first 1,000 count. */
export function jsonLength(value: Json, level = 0): number {
  if (typeof value === 'string') return 3 + value.length
  if (typeof value !== 'object' || value === null || level === MOST_LEVELS) return A_NUMBER
  let length = 2
  if (Array.isArray(value)) for (const item of value) length += jsonLength(item, level + 1)
  else for (const key in value) length += 4 + key.length + jsonLength(value[key]!, level + 1)
  return length
}

/** The length in base64. */
function vectorLength(vector: Vector): number {
  if (vector instanceof Float32Array) return 4 + Math.ceil(vector.byteLength / 3) * 4
  return vector.reduce((length, row) => length + vectorLength(row), 2)
}
