import type { RejectCode } from '../../core/reject.ts'

/** The error for a JSON value, or a row of a table, that is not an object of a collection. */
export class PlainFault extends Error {
  readonly code: RejectCode

  constructor(code: RejectCode, reason: string) {
    super(reason)
    this.code = code
  }
}
