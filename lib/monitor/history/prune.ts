import { before, type Period, periodOf } from '../../core/duration.ts'
import type { SqliteDatabase } from '../../database/connection.ts'

/** How many entries stay, and how old they may become. */
export interface Keep {
  readonly runs?: number
  readonly period?: Period
}

/** So many go at once: the end of a run must not wait for more. */
const AT_ONCE = 2000

/** `100000` is a number of entries, `1y` an age. @throws ElysiaError ELYSIA_USAGE */
export function keepOf(text: string): Keep {
  return /^\d{1,9}$/.test(text) ? { runs: Number(text) } : { period: periodOf(text, '--keep-runs') }
}

/** Removes at most 2,000 entries. Nothing is looked through where nothing is to go. */
export function prune(database: SqliteDatabase, { runs, period }: Keep, nowMs: number): number {
  const cutoffs: string[] = []
  if (period !== undefined) cutoffs.push(new Date(before(nowMs, period)).toISOString())
  const beyond = runs === undefined ? undefined : oldestOf(database, runs)
  if (beyond !== undefined) cutoffs.push(beyond)
  const cutoff = cutoffs.sort().at(-1)
  if (cutoff === undefined) return 0
  const { changes } = database
    .prepare(
      `DELETE FROM runs WHERE number IN (
         SELECT number FROM runs WHERE started_at < ? AND owner IS NULL
         AND number NOT IN (SELECT number FROM successes) ORDER BY started_at LIMIT ?)`,
    )
    .run(cutoff, AT_ONCE)
  return changes
}

/** When the oldest of the newest `runs` was begun; undefined where there are no more than these. */
function oldestOf(database: SqliteDatabase, runs: number): string | undefined {
  const { first, last } = database
    .prepare('SELECT (SELECT min(number) FROM runs) first, (SELECT max(number) FROM runs) last')
    .get() as { first: number | null; last: number | null }
  if ((last ?? 0) - (first ?? 0) < runs) return undefined
  const found = database
    .prepare('SELECT started_at FROM runs ORDER BY started_at DESC LIMIT 1 OFFSET ?')
    .get(Math.max(0, runs - 1)) as { started_at: string } | undefined
  return found?.started_at
}
