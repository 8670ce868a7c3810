import type { HistoryStatus } from '../entry.ts'
import { ENDED, isSlip, SLIP_CODES, withoutSlips } from '../failures.ts'
import type { HistoryConnection } from './file.ts'

/** The columns of a `LastRow`. Of `details` only what is needed is read: it is most of a row. */
export const COLUMNS = `
  subject, status, code, started_at, coalesce(ended_at, updated_at), "trigger", records, bytes_out, owner, updated_at,
  CASE WHEN status = 'failed' AND "trigger" = 'user' THEN details ->> '$.terminal' END`

/** How a run ended, and whether it was a slip. */
export type LastRow = [
  ...[subject: number, status: HistoryStatus, code: string, startedMs: number, endedMs: number],
  ...[trigger: string, records: number, bytesOut: number, owner: string | null, heardMs: number],
  terminal: number | null,
]

/** True for a row that is a slip. @see isSlip */
export function isSlipRow([, status, code, , , trigger, records, bytes_out, , , terminal]: LastRow): boolean {
  return isSlip({ trigger, terminal: terminal === 1, status, code, records, bytes_out })
}

/** When the run began, in milliseconds since 1970. */
export function startedMsIn([, , , startedMs]: LastRow): number {
  return startedMs
}

/** Subjects of which any run ever failed as slips do: few. */
const MISTYPED = `
  SELECT DISTINCT subject FROM totals
  WHERE status = 'failed' AND runs > 0 AND code IN (${SLIP_CODES.map(() => '?').join()})`

const ENDED_SINCE = `
  SELECT ${COLUMNS} FROM runs INDEXED BY runs_subject
  WHERE subject = ? AND status IN (${ENDED.map(() => '?').join()}) AND started_at >= ?
  ORDER BY started_at DESC, nth DESC`

/** How many runs of each subject since a moment were slips; only subjects with slips. */
export function slipsIn(database: HistoryConnection, sinceMs: number): Map<number, number> {
  const subjects = database
    .prepare(MISTYPED)
    .pluck()
    .all(...SLIP_CODES) as number[]
  const ended = database.prepare(ENDED_SINCE).raw()
  const slips = new Map<number, number>()
  for (const subject of subjects) {
    const rows = ended.all(subject, ...ENDED, sinceMs) as LastRow[]
    const count = rows.length - withoutSlips(rows, isSlipRow, startedMsIn).length
    if (count > 0) slips.set(subject, count)
  }
  return slips
}
