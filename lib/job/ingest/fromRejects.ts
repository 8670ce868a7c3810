import { Transform } from 'node:stream'
import { parseBounded } from '../../core/boundedJson.ts'
import type { Line } from '../../core/line.ts'
import { makeReject, Reject } from '../../core/reject.ts'
import type { RejectLine } from '../../run/rejectLine.ts'
import { RECORD_STAGE } from '../../stream/recordStage.ts'

/**
 * Lines of a rejects file → the rejected lines, corrected or not, with line numbers of this file. A line in another
 * form is itself a reject; of a line that was too long to keep only the digest is left, so it is a reject again. One
 * chunk in, one out.
 */
export function fromRejects(): Transform {
  return new Transform({
    ...RECORD_STAGE,
    transform(chunk: Line | Reject, _, callback) {
      callback(null, chunk instanceof Reject ? chunk : unwrap(chunk))
    },
  })
}

function unwrap(line: Line): Line | Reject {
  const entry = parse(line.text)
  if (entry === undefined) return makeReject(line, 'not_json', 'the line is not one of a rejects file')
  if (typeof entry.record === 'string') return { line: line.line, end: line.end, text: entry.record }
  if (typeof entry.record_base64 === 'string') {
    const bytes = Buffer.from(entry.record_base64, 'base64')
    return new Reject(
      { line: line.line, end: line.end, bytes },
      'invalid_utf8',
      'the record is not valid UTF-8',
    )
  }
  return makeReject(line, 'line_too_long', 'the record was too long to be kept in the rejects file')
}

function parse(text: string): Partial<RejectLine> | undefined {
  try {
    const value: unknown = parseBounded(text)
    return typeof value === 'object' && value !== null && 'code' in value
      ? (value as Partial<RejectLine>)
      : undefined
  } catch {
    return undefined
  }
}
