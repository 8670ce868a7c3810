import type { Line, RawLine } from '../../../core/line.ts'
import type { Reject } from '../../../core/reject.ts'

/** A line as an input yields it. */
export type AnyLine = Line | RawLine | Reject
