import type { HistoryTotal } from './entry.ts'
import type { HistoryConnection } from './file.ts'
import type { RunRow } from './row.ts'

/** What a sum is made of. */
export type Summed = Pick<
  RunRow,
  | 'kind'
  | 'collection'
  | 'target'
  | 'status'
  | 'code'
  | 'seconds'
  | 'records'
  | 'rejected'
  | 'bytes_in'
  | 'bytes_out'
  | 'retries'
>

const ADD = `
  INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, seconds = seconds + excluded.seconds,
    records = records + excluded.records, rejected = rejected + excluded.rejected,
    bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,
    retries = retries + excluded.retries`

/** Adds a run that has ended to the sums, or takes it out where its row is about to say something else. */
export function addTo(database: HistoryConnection, row: Summed, sign: 1 | -1): void {
  if (row.status === 'running') return
  const { kind, collection, target, status, code } = row
  const amounts = [1, row.seconds ?? 0, row.records, row.rejected, row.bytes_in, row.bytes_out, row.retries]
  database.prepare(ADD).run(kind, collection, target, status, code, ...amounts.map((one) => sign * one))
}

export function totalsIn(database: HistoryConnection): HistoryTotal[] {
  return database.prepare('SELECT * FROM totals WHERE runs > 0').all() as HistoryTotal[]
}

/** Beyond what clocks differ by: what began so far ahead did so by a clock that was wrong, and counts where nothing else does. */
const AHEAD_MS = 3_600_000

const LAST = `
  INSERT INTO successes SELECT kind, collection, target, number FROM runs
  WHERE kind = ? AND collection = ? AND target = ? AND status = 'done' AND started_at <= ?
  ORDER BY started_at DESC, number DESC LIMIT 1`

/** Finds the last good run of a subject anew. */
export function renewSuccess(
  database: HistoryConnection,
  { kind, collection, target }: Pick<RunRow, 'kind' | 'collection' | 'target'>,
): void {
  const subject = [kind, collection, target]
  database.prepare('DELETE FROM successes WHERE kind = ? AND collection = ? AND target = ?').run(...subject)
  const { changes } = database.prepare(LAST).run(...subject, Date.now() + AHEAD_MS)
  if (changes === 0) database.prepare(LAST).run(...subject, Number.MAX_SAFE_INTEGER)
}
