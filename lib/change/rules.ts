import type { Json, JsonObject } from '../core/object.ts'
import type { RecordFault } from './check.ts'

/** How deep the values of `metadata` may nest, including the object itself. */
const MAX_METADATA_DEPTH = 64

const TEXTS = ['repo', 'path', 'new_path', 'content'] as const

function unpaired(value: JsonObject): RecordFault | undefined {
  for (const field of TEXTS) {
    const text = value[field]
    if (typeof text === 'string' && !text.isWellFormed()) {
      return { code: 'invalid_value', reason: `"${field}" holds half of a surrogate pair, which is not text` }
    }
  }
  return undefined
}

/** The fault of a value in the metadata, as the end of a sentence. */
function flaw(value: Json, depth: number): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Number.isFinite(Number(value)) ? undefined : 'holds a number beyond the range of a 64-bit float'
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_METADATA_DEPTH) return `nests deeper than ${MAX_METADATA_DEPTH} levels`
  for (const inner of Object.values(value)) {
    const innerFlaw = flaw(inner, depth + 1)
    if (innerFlaw !== undefined) return innerFlaw
  }
  return undefined
}

function metadata(value: JsonObject): RecordFault | undefined {
  const found = flaw(value.metadata ?? null, 1)
  return found === undefined ? undefined : { code: 'invalid_value', reason: `"metadata" ${found}` }
}

function widths(value: JsonObject): RecordFault | undefined {
  for (const [name, rows] of Object.entries((value.vectors ?? {}) as Record<string, Json[]>)) {
    const width = (row: Json) => (Array.isArray(row) ? row.length : 0)
    if (rows.some((row) => width(row) !== width(rows[0] as Json))) {
      return { code: 'invalid_value', reason: `"vectors.${name}" must have rows of one width` }
    }
  }
  return undefined
}

/**
 * Checks the rules that JSON Schema cannot express, for a record that passed `checkRecord`: text is well-formed Unicode,
 * `metadata` can be written back as JSON without loss or unbounded recursion, the rows of a multi-vector have one
 * width. @see docs/format.md, "Beyond the schema"
 */
export function checkBeyondSchema(value: JsonObject): RecordFault | undefined {
  const fault = unpaired(value)
  if (fault !== undefined) return fault
  return metadata(value) ?? (value.vectors == null ? undefined : widths(value))
}
