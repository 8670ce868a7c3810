import type { Line, Position } from './line.ts'

/** Why a line or an object was refused. The codes are part of the interface; SPEC.md lists them, a test compares. */
export const REJECT_CODES = {
  invalid_utf8: 'the line is not valid UTF-8',
  line_too_long: 'the line is longer than --max-line-bytes',
  not_json: 'the line is not JSON',
  too_complex:
    'the JSON nests deeper than 500 levels, or has more than 2,000,000 keys, objects and arrays, or 8,000,000 values',
  not_object: 'the line is JSON, but not an object',
  missing_field: 'a required field is missing',
  wrong_type: 'a field has the wrong type',
  invalid_value: 'a field has the right type but a value that is not allowed',
  unknown_op: 'op is not one of add, modify, delete, rename',
  missing_new_path: 'a rename without new_path',
  nul_in_name: 'repo, path or new_path holds a NUL',
  unknown_field: 'a field that the format does not know, under --strict',
  bad_base64: 'content_base64 is not base64',
  no_content: 'an add, or a modify without metadata, without any content',
  ref_not_allowed: 'content_ref without --content-root',
  ref_outside_root: 'content_ref leads out of --content-root',
  ref_unreadable: 'content_ref names nothing that can be read as a regular file',
  ref_too_large: 'the file that content_ref names is larger than --max-line-bytes',
  source_missing: 'a rename of an unknown path, with no content and no object at the target',
  object_missing: 'a metadata-only modify of an unknown path',
  store_rejected: 'the store refused this one object',
  vector_mismatch: 'a vector of the object does not fit its class, or those of the other objects',
  transform_failed: 'a transform could not be applied to the object',
} as const

/** Why a record or object was refused; a stable code. @see REJECT_CODES */
export type RejectCode = keyof typeof REJECT_CODES

/**
 * A line that was refused. It travels downstream in order with its neighbors, to the end. `text` is the line as it
 * was read; if that is not UTF-8, `bytes` holds it instead. A line that was too long to keep has neither, but a
 * `digest` (SHA-256, hex).
 */
export class Reject implements Position {
  readonly line: number
  readonly end: number
  readonly code: RejectCode
  readonly reason: string
  readonly text: string | undefined
  readonly bytes: Buffer | undefined
  readonly digest: string | undefined

  constructor(
    at: Position & { readonly text?: string; readonly bytes?: Buffer; readonly digest?: string },
    code: RejectCode,
    reason: string,
  ) {
    this.line = at.line
    this.end = at.end
    this.code = code
    this.reason = reason
    this.text = at.text
    this.bytes = at.bytes
    this.digest = at.digest
  }
}

/** Makes a reject for a line that could be read. */
export function makeReject(line: Line, code: RejectCode, reason: string): Reject {
  return new Reject(line, code, reason)
}
