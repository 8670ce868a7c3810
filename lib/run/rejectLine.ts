import type { Outcome } from '../core/outcome.ts'
import { Reject } from '../core/reject.ts'

/** One line of a rejects file. @see SPEC.md, "Rejects file" */
export interface RejectLine {
  line: number
  code: string
  reason: string
  /** The input, if a run has several. */
  source?: string
  /** The line as read; `record_base64` replaces it if it is not UTF-8, `record_sha256` if it was too long. */
  record?: string
  record_base64?: string
  record_sha256?: string
}

/** The line for a rejected record. */
export function rejectLine({ item, cause, reason }: Outcome, source?: string): RejectLine {
  const line: RejectLine = { line: item.line, code: String(cause), reason: reason ?? '' }
  if (source !== undefined) line.source = source
  if (item.text !== undefined) line.record = item.text
  else if (item instanceof Reject && item.bytes !== undefined)
    line.record_base64 = item.bytes.toString('base64')
  else if (item instanceof Reject && item.digest !== undefined) line.record_sha256 = item.digest
  return line
}
