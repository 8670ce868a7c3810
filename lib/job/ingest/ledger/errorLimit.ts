import { ElysiaError } from '../../../core/errors.ts'
import { sumCounts } from '../../../core/report.ts'
import type { Tally } from '../../../run/tally.ts'

/** The most rejects that a run may have: a number of records, or a share of them from 0 to 1. */
export interface ErrorLimit {
  readonly count?: number
  readonly share?: number
}

/** A share means little for few records: it is checked from this number on, and at the end. */
export const RECORDS_BEFORE_SHARE = 1000

/** The limit on rejects, and what is kept of a run that exceeds it. */
export interface ErrorLimitSettings {
  readonly limit?: ErrorLimit | undefined
  readonly rejects?: object | undefined
  readonly commit?: unknown
}

/**
 * Ends a run with more rejects than `--max-errors` allows.
 * @throws ElysiaError ELYSIA_TOO_MANY_REJECTS if there are; a share counts only if the caller says so
 */
export function refuseTooMany(
  { rejected, records }: Pick<Tally, 'rejected' | 'records'>,
  limited: ErrorLimitSettings,
  shareCounts: boolean,
): void {
  const { limit } = limited
  if (limit === undefined) return
  const rejects = sumCounts(rejected)
  const tooMany = rejects > (limit.count ?? Number.POSITIVE_INFINITY)
  const tooLarge = shareCounts && rejects > (limit.share ?? 1) * records
  if (!tooMany && !tooLarge) return
  throw new ElysiaError(
    'ELYSIA_TOO_MANY_REJECTS',
    `${rejects} of ${records} records were rejected, more than --max-errors allows`,
    { hint: hintOf(limited) },
  )
}

/** The advice depends on what is kept: the rejects of a continued run count from its first line. */
function hintOf({ rejects, commit }: ErrorLimitSettings): string {
  const where = rejects === undefined ? 'look at the reasons' : 'look at the reasons in the rejects file'
  if (commit === undefined) return `${where}; run the same command with a larger --max-errors`
  return `${where}; what was settled stays: the same command with a larger --max-errors continues after it, with --fresh it begins at the first line`
}

/** Parses `100` as a count, `2.5%` as a share. */
export function errorLimit(text: string | undefined): ErrorLimit | undefined {
  if (text === undefined) return undefined
  return text.endsWith('%') ? { share: Number(text.slice(0, -1)) / 100 } : { count: Number(text) }
}
