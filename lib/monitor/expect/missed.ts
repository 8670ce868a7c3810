import type { MonitorReport } from '../report/schema.ts'
import { EXPECTED, type Expectation, type ExpectedKind, expectationFor } from './expectations.ts'

type Missed = MonitorReport['missed'][number]
type Expected = NonNullable<MonitorReport['expected']>[number]

/** What was done so far. */
export interface Done {
  /** All known collections. */
  readonly collections: readonly string[]
  /** When a job was last done well, in milliseconds since 1970; undefined if never. Without a target, at any store. */
  lastMs(what: ExpectedKind, collection: string, target: string | undefined): number | undefined
}

/** The state of all expectations now, even if nothing was run. */
export interface Judged {
  readonly expected: Expected[]
  /** Expectations that are past their grace or were never met, latest first. */
  readonly missed: Missed[]
  /** Collections that no expectation covers, sorted by name. */
  readonly uncovered: string[]
}

/**
 * Compares what was done with what is expected. A collection that an expectation names literally counts even if nothing
 * is known about it: a job that never ran is missed from the start.
 */
export function judge(expectations: readonly Expectation[], done: Done, nowMs: number): Judged {
  const named = expectations.flatMap(({ literal }) => (literal === undefined ? [] : [literal]))
  const collections = [...new Set([...done.collections, ...named])].sort()
  const expected: Expected[] = []
  const missed: Missed[] = []
  const uncovered: string[] = []
  for (const collection of collections) {
    const expectation = expectationFor(expectations, collection)
    if (expectation === undefined) {
      uncovered.push(collection)
      continue
    }
    for (const what of EXPECTED) {
      const one = expectedOf(expectation, collection, what, done, nowMs)
      if (one === undefined) continue
      expected.push(one)
      const lateMs = nowMs - Date.parse(one.due_at)
      const isMissed = one.last_success_at === undefined || lateMs > expectation.graceMs
      if (!isMissed) continue
      missed.push({ ...one, expectation: expectation.pattern, late_seconds: Math.max(0, lateMs) / 1000 })
    }
  }
  missed.sort((a, b) => b.late_seconds - a.late_seconds)
  return { expected, missed, uncovered }
}

function expectedOf(
  { everyMs, graceMs, target }: Expectation,
  collection: string,
  what: ExpectedKind,
  done: Done,
  nowMs: number,
): Expected | undefined {
  const every = everyMs[what]
  if (every === undefined) return undefined
  const lastMs = done.lastMs(what, collection, target)
  return {
    collection,
    ...(target !== undefined && { target }),
    what,
    every_seconds: every / 1000,
    grace_seconds: graceMs / 1000,
    ...(lastMs !== undefined && { last_success_at: new Date(lastMs).toISOString() }),
    due_at: new Date(lastMs === undefined ? nowMs : lastMs + every).toISOString(),
  }
}
