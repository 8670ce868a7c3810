import type { HistoryStatus, RunPoint, SubjectRuns } from '../entry.ts'
import { ENDED } from '../failures.ts'
import type { HistoryConnection } from './file.ts'
import { STATUSES_WITHOUT_COUNTS } from './row.ts'
import { slipsIn } from './slips.ts'

/** Enough rates to tell whether the last runs are slower. */
const RATES = 40

/** The index leads to the runs of each subject and status that began since the moment. */
const COUNTS = `
  SELECT known.subject, known.status, count(*), max(nth) FROM (
    SELECT DISTINCT subject, status FROM totals WHERE runs > 0
    UNION SELECT subject, status FROM runs WHERE status = 'running'
  ) AS known CROSS JOIN runs INDEXED BY runs_subject
  ON runs.subject = known.subject AND runs.status = known.status AND started_at >= ?
  GROUP BY known.subject, known.status`

/** All subjects by number. */
export const NAMES = 'SELECT subject, kind, collection, target FROM subjects'

const POINT = 'id, status, started_at, seconds, rate, bytes_in + bytes_out'

const FROM = 'FROM runs INDEXED BY runs_subject WHERE subject = ? AND status = ? AND started_at >= ?'

/** All points, or every n-th of each subject. */
const POINTS = `SELECT ${POINT} ${FROM} AND nth % ? = ? ORDER BY started_at`

const LAST = `SELECT ${POINT} ${FROM} ORDER BY started_at DESC LIMIT 1`

const LAST_RATES = `
  SELECT rate FROM runs INDEXED BY runs_subject WHERE subject = ? AND status = 'done' AND rate > 0
  ORDER BY started_at DESC LIMIT ${RATES}`

type PointRow = [
  ...[id: string, status: HistoryStatus, started: number],
  ...[seconds: number | null, rate: number | null, bytes: number],
]

type CountRow = [subject: number, status: HistoryStatus, count: number, last: number]

/** Runs that began since a moment, by subject. Memory: their points, at most `most` of each. */
export function subjectsIn(database: HistoryConnection, sinceMs: number, most: number): SubjectRuns[] {
  const counted = database.prepare(COUNTS).raw().all(sinceMs) as CountRow[]
  const names = database.prepare(NAMES).raw().all() as [number, string, string, string][]
  const named = new Map(names.map(([subject, ...rest]) => [subject, rest]))
  const bySubject = Map.groupBy(counted, ([subject]) => subject)
  const slipped = slipsIn(database, sinceMs)
  return [...bySubject].map(([subject, some]) => {
    const [kind, collection, target] = named.get(subject)!
    const runs = runsOf(database, subject, some, sinceMs, most)
    const { failed = 0, ...counts } = runs.counts
    const failures = failed - (slipped.get(subject) ?? 0)
    return {
      kind,
      collection,
      target,
      ...runs,
      counts: failures > 0 ? { ...counts, failed: failures } : counts,
    }
  })
}

function runsOf(
  database: HistoryConnection,
  subject: number,
  counted: readonly CountRow[],
  sinceMs: number,
  most: number,
): Omit<SubjectRuns, 'kind' | 'collection' | 'target'> {
  const count = counted.reduce((sum, [, , one]) => sum + one, 0)
  const latest = Math.max(...counted.map(([, , , nth]) => nth))
  const step = Math.ceil(count / most)
  const byStatus = counted.map(([, status]) => {
    const rows = database
      .prepare(POINTS)
      .raw()
      .all(subject, status, sinceMs, step, latest % step)
    return (rows as PointRow[]).map(pointOf)
  })
  const lasts = counted.map(([, status], at) => {
    if (step === 1) return byStatus[at]!.at(-1)!
    return pointOf(database.prepare(LAST).raw().get(subject, status, sinceMs) as PointRow)
  })
  const ended = lasts.filter(({ status }) => ENDED.includes(status))
  const last = newest(ended.length > 0 ? ended : lasts)
  const done = lasts.find(({ status }) => status === 'done')
  const hasRate = done !== undefined && done.rate > 0
  return {
    counts: Object.fromEntries(counted.map(([, status, count]) => [status, count])),
    last,
    ...(hasRate && { lastDone: done }),
    points: byStatus.flat().sort((a, b) => a.startedMs - b.startedMs),
    rates: hasRate ? (database.prepare(LAST_RATES).pluck().all(subject) as number[]).reverse() : [],
  }
}

function newest(points: readonly RunPoint[]): RunPoint {
  return points.reduce((one, other) => (other.startedMs > one.startedMs ? other : one))
}

function pointOf([id, status, startedMs, seconds, rate, bytes]: PointRow): RunPoint {
  const isKnown = bytes > 0 || !STATUSES_WITHOUT_COUNTS.includes(status)
  return { id, status, startedMs, seconds: seconds ?? 0, rate: rate ?? 0, ...(isKnown && { bytes }) }
}
