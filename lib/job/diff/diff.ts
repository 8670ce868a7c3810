import { ElysiaError } from '../../core/errors.ts'
import { resolveInput } from '../../options/options.ts'
import { newRunId } from '../../run/record.ts'
import type { RunEntry } from '../../run/row.ts'
import { type JobResult, Run, runJob } from '../../run/run.ts'
import { compareObjects } from './compareObjects.ts'
import type { DiffContext } from './context.ts'
import { type DiffOptions, type DiffOptionsInput, diffOptions } from './options.ts'
import { requestedComparison } from './plan.ts'
import { type DiffReport, DiffTally, diffCounts, type ReportedSide, reportOf } from './report.ts'
import type { DiffSide } from './side/side.ts'

/**
 * Compares two collections, wherever each of them is: schema, tenants with their states, and aliases, then all objects
 * in order of id. Writes nothing. A difference on a side that may change is read again before it counts. Memory: for
 * each worker two pages of each side; differences that wait for their second look.
 * @throws ElysiaError ELYSIA_DAMAGED for an archive that is damaged or cut short, and for a side that is out of order
 * or repeats an id; ELYSIA_USAGE, ELYSIA_NOT_FOUND for options that do not fit; the error that kept a store from being
 * read
 */
export async function diff(
  left: DiffSide,
  right: DiffSide,
  given: DiffOptionsInput = {},
  context: DiffContext = {},
): Promise<DiffReport> {
  const { report, error } = await runDiff(left, right, given, context)
  if (error !== undefined) throw error
  return report
}

/**
 * As `diff`, but also resolves with the report if the comparison failed or was interrupted.
 * @throws ElysiaError only if it could not begin: ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function runDiff(
  left: DiffSide,
  right: DiffSide,
  given: DiffOptionsInput = {},
  context: DiffContext = {},
): Promise<JobResult<DiffReport>> {
  const options: DiffOptions = resolveInput(diffOptions, given)
  const request = requestedComparison(left, right, options)
  const run = new Run('diff', context)
  const tally = new DiffTally()
  const entry = entryOf(left, right, context)
  const work = async () => {
    try {
      run.begin(entry)
      for (const side of [left, right]) await side.check?.(run.signal)
      await compareObjects({ left, right, options, request, tally, run })
      requireAddedUp(tally)
    } catch (error) {
      // Its reader must not wait for what will never come.
      context.output?.destroy(error as Error)
      throw error
    }
  }
  const sides = { left: reportedSide(left), right: reportedSide(right) }
  return runJob(run, work, {
    report: (ending) => reportOf(sides, tally, ending),
    counts: diffCounts,
    facts: ({ rate }) => ({ rate_per_second: rate }),
  })
}

/**
 * The row of a comparison: its target is the first side that is a store, otherwise the place of the left one; its
 * inputs are both sides.
 */
function entryOf(left: DiffSide, right: DiffSide, { runId }: DiffContext): RunEntry {
  const target = (left.live ?? right.live)?.store.target ?? left.name
  const { class: name } = left.schema
  return {
    run: runId ?? newRunId(),
    key: { target, class: name, inputs: [left.name, right.name] },
    collection: name,
  }
}

function reportedSide({ name, schema, kind, version }: DiffSide): ReportedSide {
  return {
    name,
    class: schema.class,
    ...(kind !== undefined && { kind }),
    ...(version !== undefined && { version }),
  }
}

function requireAddedUp(tally: DiffTally): void {
  const { compared, equal, only_left, only_right, different, changing, gone } = tally.counts()
  const sum = equal + only_left + only_right + different + changing + gone
  if (sum === compared) return
  throw new ElysiaError('ELYSIA_ACCOUNTING', `${compared} ids were compared, the outcomes are ${sum}`)
}
