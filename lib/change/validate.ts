import { Transform } from 'node:stream'
import type { Line } from '../core/line.ts'
import type { Json } from '../core/object.ts'
import { makeReject, Reject } from '../core/reject.ts'
import type { Stage } from '../core/stage.ts'
import { isRecord } from '../core/value/record.ts'
import type { ParsedLine } from '../stream/parseJson.ts'
import { RECORD_STAGE } from '../stream/recordStage.ts'
import { checkRecord, type RecordFault } from './check.ts'
import type { Change } from './record.ts'
import { checkBeyondSchema } from './rules.ts'

/** A line with a valid record. */
export interface ValidLine extends Line {
  readonly record: Change
}

/** Options of the stage that validates records. */
export interface ValidateOptions {
  /** Refuse fields that the format does not define. */
  readonly strict?: boolean
}

/** A change, or why it is not one. */
export type ValidatedChange =
  | { readonly change: Change; readonly fault?: undefined }
  | { readonly fault: RecordFault; readonly change?: undefined }

/** Validates one parsed value by all rules of the format that need neither a store nor a file. */
export function validateChange(value: Json, options: ValidateOptions = {}): ValidatedChange {
  if (!isRecord(value)) return { fault: { code: 'not_object', reason: 'a change record is a JSON object' } }
  const fault = checkRecord(value, options.strict) ?? checkBeyondSchema(value)
  return fault === undefined ? { change: value as unknown as Change } : { fault }
}

/**
 * A stage: turns parsed lines into valid ones, or into rejects that name the field and the rule. Earlier
 * rejects pass. One record a chunk, in order; holds two.
 */
export function validate(options: ValidateOptions = {}): Stage<ParsedLine | Reject, ValidLine | Reject> {
  return new Transform({
    ...RECORD_STAGE,
    transform(item: ParsedLine | Reject, _encoding, done) {
      done(null, validateLine(item, options))
    },
  })
}

/** The result of `validate` for one chunk. */
export function validateLine(parsed: ParsedLine | Reject, options: ValidateOptions = {}): ValidLine | Reject {
  if (parsed instanceof Reject) return parsed
  const { change, fault } = validateChange(parsed.value, options)
  if (fault !== undefined) return makeReject(parsed, fault.code, fault.reason)
  return { line: parsed.line, end: parsed.end, text: parsed.text, record: change }
}
