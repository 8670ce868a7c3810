import type { Item } from './entry.ts'
import type { Position } from './line.ts'
import type { RejectCode } from './reject.ts'

/** What became of a record: exactly one of these each. SPEC.md, "Report". */
export const OUTCOMES = [
  'written',
  'deleted',
  'unchanged',
  'superseded',
  'skipped',
  'rejected',
  'control',
] as const

export type OutcomeName = (typeof OUTCOMES)[number]

/** One record's outcome. `cause` is the skip reason or the reject code; `reason` the sentence to a reject. */
export interface Outcome {
  readonly item: Item
  readonly name: OutcomeName
  readonly cause?: string | RejectCode
  readonly reason?: string
}

/**
 * A stretch of the input that is done with: every line up to and including `end` has its outcome, in order
 * of line, and what was written is acknowledged.
 */
export interface Settlement {
  readonly outcomes: readonly Outcome[]
  readonly end: Position
}
