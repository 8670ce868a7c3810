import { type Period, parsePeriod, periodBefore } from '../../../core/duration.ts'
import type { HistoryConnection } from './file.ts'

/** How many entries are kept, and how old they may be. */
export interface PruneLimits {
  readonly runs?: number
  readonly period?: Period
}

/** How many entries are removed at once: the end of a run must not wait longer. */
const AT_ONCE = 2000

/** Parses `100000` as a number of entries, `1y` as an age. @throws ElysiaError ELYSIA_USAGE */
export function parseKeepRuns(text: string): PruneLimits {
  return /^\d{1,9}$/.test(text) ? { runs: Number(text) } : { period: parsePeriod(text, '--keep-runs') }
}

/** Removes at most 2,000 entries. Reads nothing if nothing is to be removed. */
export function prune(database: HistoryConnection, { runs, period }: PruneLimits, nowMs: number): number {
  const cutoffs: number[] = []
  if (period !== undefined) cutoffs.push(periodBefore(nowMs, period))
  // If nothing is to be kept, nothing is newer than the limit.
  const beyond =
    runs === 0 ? Number.MAX_SAFE_INTEGER : runs === undefined ? undefined : oldestOf(database, runs)
  if (beyond !== undefined) cutoffs.push(beyond)
  if (cutoffs.length === 0) return 0
  const cutoff = Math.max(...cutoffs)
  const { changes } = database
    .prepare(
      `DELETE FROM runs WHERE number IN (
         SELECT number FROM runs WHERE started_at < ? AND owner IS NULL
         AND number NOT IN (SELECT number FROM successes) ORDER BY started_at LIMIT ?)`,
    )
    .run(cutoff, AT_ONCE)
  return changes
}

/** When the oldest of the newest `runs` entries began; undefined if there are no others. */
function oldestOf(database: HistoryConnection, runs: number): number | undefined {
  const { first, last } = database
    .prepare('SELECT (SELECT min(number) FROM runs) first, (SELECT max(number) FROM runs) last')
    .get() as { first: number | null; last: number | null }
  if ((last ?? 0) - (first ?? 0) < runs) return undefined
  const found = database
    .prepare('SELECT started_at FROM runs ORDER BY started_at DESC LIMIT 1 OFFSET ?')
    .get(Math.max(0, runs - 1)) as { started_at: number } | undefined
  return found?.started_at
}
