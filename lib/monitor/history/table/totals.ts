import type { PlaceTraffic, TrafficTotal } from '../entry.ts'
import type { HistoryConnection } from './file.ts'
import { type RunRow, trafficOf } from './row.ts'

/** The columns that the sums are made from. */
export type SummedColumns = Pick<
  RunRow,
  | 'subject'
  | 'status'
  | 'code'
  | 'seconds'
  | 'records'
  | 'rejected'
  | 'bytes_in'
  | 'bytes_out'
  | 'retries'
  | 'details'
  | 'started_at'
>

const ADD = `
  INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, seconds = seconds + excluded.seconds,
    records = records + excluded.records, rejected = rejected + excluded.rejected,
    bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,
    retries = retries + excluded.retries`

/** Adds an ended run to the sums, or subtracts it before its row changes. */
export function addTo(database: HistoryConnection, row: SummedColumns, sign: 1 | -1): void {
  if (row.status === 'running') return
  const { subject, status, code } = row
  const amounts = [1, row.seconds ?? 0, row.records, row.rejected, row.bytes_in, row.bytes_out, row.retries]
  database.prepare(ADD).run(subject, status, code, ...amounts.map((one) => sign * one))
  for (const one of trafficOf(row)) addTraffic(database, one, row, sign)
}

const ADD_TRAFFIC = `
  INSERT INTO traffic VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds,
    bytes_in = bytes_in + excluded.bytes_in, bytes_out = bytes_out + excluded.bytes_out,
    stalls_in = stalls_in + excluded.stalls_in, stalls_out = stalls_out + excluded.stalls_out,
    stalled_in_seconds = stalled_in_seconds + excluded.stalled_in_seconds,
    stalled_out_seconds = stalled_out_seconds + excluded.stalled_out_seconds`

const DAY_MS = 86_400_000

function addTraffic(database: HistoryConnection, one: PlaceTraffic, row: SummedColumns, sign: 1 | -1): void {
  const bytes = [row.seconds ?? 0, one.bytes_in, one.bytes_out]
  const stalls = [one.stalls_in, one.stalls_out, one.stalled_in_seconds, one.stalled_out_seconds]
  const amounts = [...bytes, ...stalls].map((amount) => sign * amount)
  database.prepare(ADD_TRAFFIC).run(one.place, Math.floor(row.started_at / DAY_MS), ...amounts)
}

/** Rounded: adding and subtracting does not quite restore a sum. */
const TRAFFIC = `
  SELECT place, abs(round(sum(seconds), 3)) AS seconds, sum(bytes_in) AS bytes_in, sum(bytes_out) AS bytes_out,
    sum(stalls_in) AS stalls_in, sum(stalls_out) AS stalls_out,
    abs(round(sum(stalled_in_seconds), 3)) AS stalled_in_seconds,
    abs(round(sum(stalled_out_seconds), 3)) AS stalled_out_seconds
  FROM traffic WHERE day >= ? GROUP BY place ORDER BY place`

/** The traffic of runs that began on the day of this moment, or later. */
export function trafficIn(database: HistoryConnection, sinceMs: number): TrafficTotal[] {
  return database.prepare(TRAFFIC).all(Math.floor(sinceMs / DAY_MS)) as TrafficTotal[]
}

/** More than clocks differ: a run that began so far ahead had a wrong clock, and counts only if there is no other. */
const AHEAD_MS = 3_600_000

const LAST = `
  INSERT INTO successes SELECT subject, number, coalesce(ended_at, updated_at) FROM runs
  WHERE subject = ? AND status = 'done' AND started_at <= ? ORDER BY started_at DESC, number DESC LIMIT 1`

/** Looks up the last successful run of a subject again. */
export function renewSuccess(database: HistoryConnection, subject: number): void {
  database.prepare('DELETE FROM successes WHERE subject = ?').run(subject)
  const { changes } = database.prepare(LAST).run(subject, Date.now() + AHEAD_MS)
  if (changes === 0) database.prepare(LAST).run(subject, Number.MAX_SAFE_INTEGER)
}
