import type { Writable } from 'node:stream'
import type { RunContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { DiffOptions } from './options.ts'
import type { Asked } from './plan.ts'
import type { Clock } from './recheck.ts'
import type { DiffTally } from './report.ts'
import type { DiffSide } from './side/side.ts'

/** The context of a comparison. */
export interface DiffContext extends RunContext {
  /**
   * Takes pages of findings, in order: of the collection first, then of the objects. It is ended with the last one, or
   * destroyed by what ends the comparison.
   */
  readonly output?: Writable
  /** The time, for a test. */
  readonly clock?: Clock
}

/** All that a comparison works with. */
export interface Comparison {
  readonly left: DiffSide
  readonly right: DiffSide
  readonly options: DiffOptions
  readonly asked: Asked
  readonly tally: DiffTally
  readonly run: Run<DiffContext>
}
