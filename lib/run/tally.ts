import type { Settlement } from '../core/outcome.ts'
import { type Counts, settledCount } from '../core/report.ts'

/** What a run has settled so far: plain JSON, so that a checkpoint can contain it. */
export interface Tally extends Counts {
  bytes: number
  retries: number
}

/** The tally of a run that has settled nothing. */
export function emptyTally(): Tally {
  return {
    lines: 0,
    blank: 0,
    records: 0,
    written: 0,
    deleted: 0,
    unchanged: 0,
    superseded: 0,
    skipped: {},
    rejected: {},
    control: 0,
    bytes: 0,
    retries: 0,
  }
}

/**
 * Counts a settlement of one input. `before` is the tally at the beginning of that input: positions are within one
 * input, but a tally covers all of them.
 */
export function addSettlement(
  tally: Tally,
  { outcomes, end }: Settlement,
  before: Pick<Tally, 'lines' | 'bytes'>,
): void {
  for (const { name, cause } of outcomes) {
    tally.records += 1
    if (name === 'skipped' || name === 'rejected') increment(tally[name], cause ?? 'unknown')
    else tally[name] += 1
  }
  recordPosition(tally, before.lines + end.line, before.bytes + end.end)
}

/** Records how far the input was read; lines without a record are blank. */
export function recordPosition(tally: Tally, lines: number, bytes: number): void {
  tally.lines = lines
  tally.bytes = bytes
  tally.blank = lines - tally.records
}

/** True if every record has its outcome and every line is a record or blank. */
export function addsUp(tally: Tally): boolean {
  return (
    settledCount(tally) === tally.records && tally.lines === tally.blank + tally.records && tally.blank >= 0
  )
}

const REASONS_KEPT_APART = 100

/** Adds the counts of another run; reasons beyond the limit become `other`. */
export function addCounts(tally: Tally, more: Readonly<Tally>): void {
  for (const key of PLAIN) tally[key] += more[key]
  for (const key of ['skipped', 'rejected'] as const) {
    for (const [cause, count] of Object.entries(more[key])) increment(tally[key], cause, count)
  }
}

const PLAIN = [
  'lines',
  'blank',
  'records',
  'written',
  'deleted',
  'unchanged',
  'superseded',
  'control',
  'bytes',
  'retries',
] as const

/** Reasons and repository names are untrusted: too many of them, or `__proto__`, must do no harm. */
function increment(counts: Record<string, number>, key: string, by = 1): void {
  const known = Object.hasOwn(counts, key) || Object.keys(counts).length < REASONS_KEPT_APART
  const name = known ? key : 'other'
  own(counts, name, (Object.hasOwn(counts, name) ? counts[name]! : 0) + by)
}

function own<T>(record: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
}
