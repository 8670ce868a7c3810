import type { Item } from './entry.ts'
import type { LineOf, Position } from './line.ts'
import type { RejectCode } from './reject.ts'

/** The possible results of a record; each record has exactly one. SPEC.md, "Report". */
export const OUTCOMES = [
  'written',
  'deleted',
  'unchanged',
  'superseded',
  'skipped',
  'rejected',
  'control',
] as const

/** What became of a record. @see OUTCOMES */
export type OutcomeName = (typeof OUTCOMES)[number]

/**
 * One record's outcome. `cause` is the skip reason or the reject code; `reason` is the sentence of a reject.
 */
export interface Outcome {
  readonly item: Item
  readonly name: OutcomeName
  readonly cause?: string | RejectCode
  readonly reason?: string
  /** The record that replaced this one; only if it was superseded. */
  readonly by?: LineOf
}

/**
 * Consecutive settled records: every line up to and including `end` has its outcome, in order of line, and the store
 * has acknowledged what was written.
 */
export interface Settlement {
  readonly outcomes: readonly Outcome[]
  readonly end: Position
}
