import type { MonitorReport } from '../report/schema.ts'
import { EXPECTED, type Expectation, type ExpectedKind, expectationFor } from './expectations.ts'

type MissedLine = MonitorReport['missed'][number]
type ExpectedLine = NonNullable<MonitorReport['expected']>[number]

/** What was done so far. */
export interface CompletedJobs {
  /** All known collections. */
  readonly collections: readonly string[]
  /** When a job was last done well, in milliseconds since 1970; undefined if never. Without a target, at any store. */
  lastMs(what: ExpectedKind, collection: string, target: string | undefined): number | undefined
}

/** The state of all expectations now, even if nothing was run. */
export interface ExpectationStates {
  readonly expected: ExpectedLine[]
  /** Expectations that are past their grace or were never met, latest first. */
  readonly missed: MissedLine[]
  /** Collections that no expectation covers, sorted by name. */
  readonly uncovered: string[]
}

/**
 * Compares what was done with what is expected. A collection that an expectation names literally counts even if nothing
 * is known about it: a job that never ran is missed from the start. `expected` is made when it is first read: writing
 * its times takes longer than all the rest.
 */
export function judgeExpectations(
  expectations: readonly Expectation[],
  done: CompletedJobs,
  nowMs: number,
): ExpectationStates {
  const named = expectations.flatMap(({ literal }) => (literal === undefined ? [] : [literal]))
  const collections = [...new Set([...done.collections, ...named])].sort()
  const due: Due[] = []
  const uncovered: string[] = []
  for (const collection of collections) {
    const expectation = expectationFor(expectations, collection)
    if (expectation === undefined) uncovered.push(collection)
    else for (const kind of EXPECTED) due.push(...dueOf(expectation, collection, kind, done, nowMs))
  }
  const missed = due
    .filter(({ lastMs, dueMs, expectation }) => lastMs === undefined || nowMs - dueMs > expectation.graceMs)
    .map((one): MissedLine => {
      const { dueMs, expectation } = one
      const late = { expectation: expectation.pattern, late_seconds: Math.max(0, nowMs - dueMs) / 1000 }
      return { ...expectedOf(one), ...late }
    })
  missed.sort((a, b) => b.late_seconds - a.late_seconds)
  let expected: ExpectedLine[] | undefined
  return {
    get expected() {
      expected ??= due.map(expectedOf)
      return expected
    },
    missed,
    uncovered,
  }
}

/** One expectation of one collection, and when it is due. */
interface Due {
  readonly collection: string
  readonly what: ExpectedKind
  readonly expectation: Expectation
  readonly everyMs: number
  readonly lastMs: number | undefined
  readonly dueMs: number
}

function dueOf(
  expectation: Expectation,
  collection: string,
  kind: ExpectedKind,
  done: CompletedJobs,
  nowMs: number,
): Due[] {
  const everyMs = expectation.everyMs[kind]
  if (everyMs === undefined) return []
  const lastMs = done.lastMs(kind, collection, expectation.target)
  return [
    {
      collection,
      what: kind,
      expectation,
      everyMs,
      lastMs,
      dueMs: lastMs === undefined ? nowMs : lastMs + everyMs,
    },
  ]
}

function expectedOf({ collection, what, expectation, everyMs, lastMs, dueMs }: Due): ExpectedLine {
  const { target, graceMs } = expectation
  return {
    collection,
    ...(target !== undefined && { target }),
    what,
    every_seconds: everyMs / 1000,
    grace_seconds: graceMs / 1000,
    ...(lastMs !== undefined && { last_success_at: new Date(lastMs).toISOString() }),
    due_at: new Date(dueMs).toISOString(),
  }
}
