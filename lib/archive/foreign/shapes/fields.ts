import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { PlainFault } from '../plainFault.ts'

/** The value of a field, which may be nested in other fields: `metadata.doc.id`. */
export function valueAt(record: JsonObject, path: string): Json | undefined {
  if (Object.hasOwn(record, path)) return record[path]
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = record[path.slice(0, dot)]
    const found = isRecord(inner) ? valueAt(inner, path.slice(dot + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** The records in a list; undefined if it is not a list, or holds anything else. */
export function recordsOf(value: Json | undefined): readonly JsonObject[] | undefined {
  return Array.isArray(value) && value.every((one): one is JsonObject => isRecord(one)) ? value : undefined
}

/** The field of a record that holds its properties. @throws PlainFault */
export function requireRecord(value: Json | undefined, name: string): JsonObject {
  if (value === undefined) throw new PlainFault('missing_field', `${name} is missing`)
  if (value === null) return {}
  if (isRecord(value)) return value
  throw new PlainFault('wrong_type', `${name} must be an object`)
}

/** A record without some of its fields. */
export function without(record: JsonObject, fields: Iterable<string>): JsonObject {
  const left = { ...record }
  for (const field of fields) delete left[field]
  return left
}

/** True for numbers, or rows of numbers. */
export function isVector(value: Json | undefined): boolean {
  if (!Array.isArray(value) || value.length === 0) return false
  return value.every(isNumber) || value.every((row) => Array.isArray(row) && row.every(isNumber))
}

/** True for the sparse vector forms of other stores. */
export function isSparse(value: Json | undefined): boolean {
  return isRecord(value) && Array.isArray(value.indices) && Array.isArray(value.values)
}

function isNumber(value: Json): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}
