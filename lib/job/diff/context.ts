import type { Writable } from 'node:stream'
import type { RunContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { DiffOptions } from './options.ts'
import type { RequestedComparison } from './plan.ts'
import type { Clock } from './recheck.ts'
import type { DiffTally } from './report.ts'
import type { DiffSide } from './side/side.ts'

/** The context of a comparison. */
export interface DiffContext extends RunContext {
  /**
   * Receives pages of findings, in order: first of the collection, then of the objects. It is ended after the last one,
   * or destroyed by the error that ends the comparison.
   */
  readonly output?: Writable
  /** The time, replaced in tests. */
  readonly clock?: Clock
}

/** The state of a comparison. */
export interface Comparison {
  readonly left: DiffSide
  readonly right: DiffSide
  readonly options: DiffOptions
  readonly request: RequestedComparison
  readonly tally: DiffTally
  readonly run: Run<DiffContext>
}
