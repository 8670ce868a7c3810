import type { Json, JsonObject } from '../core/object.ts'
import type { RejectCode } from '../core/reject.ts'
import { isRecord } from '../core/value/record.ts'
import { BASE64_PATTERN, MAX_FLOAT32, TIMESTAMP_PATTERN, VECTOR_NAME_PATTERN } from './patterns.ts'

/** Why a record is rejected; `reason` is a sentence that names the field. */
export interface RecordFault {
  readonly code: RejectCode
  readonly reason: string
}

/** Checks one field; undefined if it is valid. `value` is neither undefined nor null. */
type Rule = (field: string, value: Json) => RecordFault | undefined

const timestampPattern = new RegExp(TIMESTAMP_PATTERN)
const vectorNamePattern = new RegExp(VECTOR_NAME_PATTERN)
const base64Tail = new RegExp(BASE64_PATTERN)
const notBase64 = /[^A-Za-z0-9+/]/
const OPS: readonly Json[] = ['add', 'modify', 'delete', 'rename']

/** Formats a value for a reason: short, on one line, only the beginning of long strings. */
function formatValue(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return `a ${isNumber(value) ? 'number' : typeof value}`
}

function isNumber(value: Json): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function wrongType(field: string, wanted: string, value: Json): RecordFault {
  return { code: 'wrong_type', reason: `"${field}" must be ${wanted}, found ${kindOf(value)}` }
}

function invalid(field: string, must: string, value: Json): RecordFault {
  return { code: 'invalid_value', reason: `"${field}" must ${must}, found ${formatValue(value)}` }
}

const text: Rule = (field, value) =>
  typeof value === 'string' ? undefined : wrongType(field, 'a string', value)

const flag: Rule = (field, value) =>
  typeof value === 'boolean' ? undefined : wrongType(field, 'true or false', value)

const object: Rule = (field, value) => (isRecord(value) ? undefined : wrongType(field, 'an object', value))

const nonEmpty: Rule = (field, value) => {
  if (typeof value !== 'string') return wrongType(field, 'a string', value)
  return value === '' ? invalid(field, 'not be empty', value) : undefined
}

const name: Rule = (field, value) => {
  const fault = nonEmpty(field, value)
  if (fault !== undefined) return fault
  return (value as string).includes('\0')
    ? { code: 'nul_in_name', reason: `"${field}" holds a NUL` }
    : undefined
}

const op: Rule = (field, value) => {
  if (typeof value !== 'string') return wrongType(field, 'a string', value)
  if (OPS.includes(value)) return undefined
  return {
    code: 'unknown_op',
    reason: `"${field}" must be add, modify, delete or rename, found ${formatValue(value)}`,
  }
}

/** Checks the same as BASE64_PATTERN, without the memory that the pattern takes for every group of four. */
function isBase64(value: string): boolean {
  const lastGroup = Math.max(value.length - 4, 0)
  return (
    value.length % 4 === 0 &&
    base64Tail.test(value.slice(lastGroup)) &&
    !notBase64.test(value.slice(0, lastGroup))
  )
}

const base64: Rule = (field, value) => {
  if (typeof value !== 'string') return wrongType(field, 'a string', value)
  if (isBase64(value)) return undefined
  return {
    code: 'bad_base64',
    reason: `"${field}" is not base64 (RFC 4648 section 4, padded, no line breaks)`,
  }
}

const count: Rule = (field, value) => {
  if (!isNumber(value)) return wrongType(field, 'an integer of at least 0', value)
  return (typeof value === 'bigint' || Number.isInteger(value)) && value >= 0
    ? undefined
    : invalid(field, 'be an integer of at least 0', value)
}

const timestamp: Rule = (field, value) => {
  if (typeof value !== 'string') return wrongType(field, 'a string', value)
  return timestampPattern.test(value) ? undefined : invalid(field, 'be a time of RFC 3339 with zone', value)
}

const floats: Rule = (field, value) => {
  if (!Array.isArray(value)) return wrongType(field, 'an array of numbers', value)
  if (value.length === 0) return { code: 'invalid_value', reason: `"${field}" must not be empty` }
  for (const number of value) {
    if (!isNumber(number)) return wrongType(field, 'an array of numbers', number)
    if (!(Math.abs(Number(number)) <= MAX_FLOAT32)) return invalid(field, 'hold 32-bit floats', number)
  }
  return undefined
}

const vector: Rule = (field, value) => {
  if (!Array.isArray(value) || !Array.isArray(value[0])) return floats(field, value)
  for (const row of value) {
    const fault = floats(field, row)
    if (fault !== undefined) return fault
  }
  return undefined
}

const vectors: Rule = (field, value) => {
  if (!isRecord(value)) return wrongType(field, 'an object', value)
  for (const [key, named] of Object.entries(value)) {
    if (!vectorNamePattern.test(key)) return invalid(field, 'have names that Weaviate allows', key)
    const fault = vector(`${field}.${key}`, named)
    if (fault !== undefined) return fault
  }
  return undefined
}

const anything: Rule = () => undefined

const FILE_FIELDS: ReadonlyMap<string, Rule> = new Map([
  ['repo', name],
  ['op', op],
  ['path', name],
  ['new_path', name],
  ['content', text],
  ['content_base64', base64],
  ['content_ref', text],
  ['skip_index', flag],
  ['skip_reason', text],
  ['size', count],
  ['mime', text],
  ['metadata', object],
  ['timestamp', timestamp],
  ['vector', floats],
  ['vectors', vectors],
  ['line', anything],
  ['new_changeset', anything],
])

const COMMIT_FIELDS: ReadonlyMap<string, Rule> = new Map([
  ['commit', nonEmpty],
  ['parent', text],
  ['branch', text],
  ['tree_hash', text],
  ['timestamp', timestamp],
])

const CHANGESET_FIELDS: ReadonlyMap<string, Rule> = new Map([
  ['new_changeset', object],
  ['repo', name],
  ['line', anything],
])

function isMissing(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null
}

function missing(field: string): RecordFault {
  return { code: 'missing_field', reason: `"${field}" is missing` }
}

/** Checks every field by its rule; null counts as absent. `within` is put before the names in reasons. */
function checkFields(
  value: JsonObject,
  fields: ReadonlyMap<string, Rule>,
  strict: boolean,
  within = '',
): RecordFault | undefined {
  for (const key in value) {
    const rule = fields.get(key)
    const field = value[key] as Json
    if (rule === undefined) {
      if (strict) return unknown(within + key)
    } else if (field !== null) {
      const fault = rule(within + key, field)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

function unknown(field: string): RecordFault {
  return { code: 'unknown_field', reason: `${formatValue(field)} is not a field of the format (--strict)` }
}

function checkFileChange(value: JsonObject, strict: boolean): RecordFault | undefined {
  if (isMissing(value.repo)) return missing('repo')
  if (isMissing(value.op)) return missing('op')
  if (isMissing(value.path)) return missing('path')
  if (value.op === 'rename' && isMissing(value.new_path)) {
    return { code: 'missing_new_path', reason: 'a rename needs "new_path"' }
  }
  return checkFields(value, FILE_FIELDS, strict)
}

function checkChangeset(value: JsonObject, strict: boolean): RecordFault | undefined {
  const fault = checkFields(value, CHANGESET_FIELDS, strict)
  if (fault !== undefined) return fault
  const changeset = value.new_changeset as JsonObject
  if (isMissing(changeset.commit)) return missing('new_changeset.commit')
  return checkFields(changeset, COMMIT_FIELDS, strict, 'new_changeset.')
}

/**
 * Checks a record against the format: undefined if it is valid, otherwise its first fault. Agrees with the JSON
 * Schema on every value; `strict` refuses unknown fields as well, except in `metadata` and names of vectors.
 */
export function checkRecord(value: JsonObject, strict = false): RecordFault | undefined {
  return isMissing(value.new_changeset) ? checkFileChange(value, strict) : checkChangeset(value, strict)
}
