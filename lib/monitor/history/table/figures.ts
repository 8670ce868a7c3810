import type { HistoryStatus, SubjectFigures, SubjectRun } from '../entry.ts'
import { newestCounted } from '../failures.ts'
import type { HistoryConnection } from './file.ts'
import { COLUMNS, isSlipRow, type LastRow, startedMsIn } from './slips.ts'
import { NAMES } from './subjects.ts'

const SUMS = `
  SELECT subject, status, code, runs, seconds, records, rejected, bytes_in, bytes_out, retries
  FROM totals WHERE runs > 0 ORDER BY subject`

/** Of `details` only what is needed is read, of few rows: it is most of a row. */
const SUCCESSES = `
  SELECT runs.subject, started_at, successes.ended_at, seconds, records, details ->> '$.archive_bytes'
  FROM successes CROSS JOIN runs USING (number)`

const NEWEST =
  'FROM runs INDEXED BY runs_subject WHERE subject = ? AND status = ? ORDER BY started_at DESC, nth DESC'

/** An index leads to the newest run of each subject and status; there are few statuses, but maybe many runs. */
const LAST = `
  SELECT runs.${COLUMNS} FROM (
    SELECT DISTINCT subject AS one, status AS how FROM totals WHERE runs > 0
    UNION SELECT subject, status FROM runs WHERE status = 'running'
  ) CROSS JOIN runs ON number = (
    SELECT number FROM runs INDEXED BY runs_subject WHERE subject = one AND status = how
    ORDER BY started_at DESC, nth DESC LIMIT 1
  )`

const FAILED = `SELECT ${COLUMNS} ${NEWEST}`

type SumRow = [
  ...[subject: number, status: HistoryStatus, code: string, runs: number, seconds: number],
  ...[records: number, rejected: number, bytesIn: number, bytesOut: number, retries: number],
]

type SuccessRow = [
  ...[subject: number, startedMs: number, endedMs: number, seconds: number | null, records: number],
  archiveBytes: number | null,
]

/** Whether the process of a running run is gone. */
export type IsDead = (owner: string, heardMs: number) => boolean

type MutableFigures = { -readonly [K in keyof SubjectFigures]: SubjectFigures[K] }

/** The figures of each kind, collection and target, in the order in which they first appeared. */
export function figuresIn(database: HistoryConnection, isGone: IsDead): SubjectFigures[] {
  const names = database.prepare(NAMES).raw().all() as [number, string, string, string][]
  const subjects = new Map(
    names.map(([subject, kind, collection, target]): [number, MutableFigures] => [
      subject,
      { subject, kind, collection, target, ended: [] },
    ]),
  )
  for (const row of database.prepare(SUMS).raw().all() as SumRow[]) addSums(subjects.get(row[0])!, row)
  for (const row of database.prepare(SUCCESSES).raw().all() as SuccessRow[])
    subjects.get(row[0])!.lastSuccess = successOf(row)
  const failed = database.prepare(FAILED).raw()
  const slipped: MutableFigures[] = []
  for (const row of database.prepare(LAST).raw().all() as LastRow[]) {
    const figures = subjects.get(row[0])!
    const run = runOf(row, isGone)
    figures.lastRun = newer(figures.lastRun, run)
    if (run.status === 'interrupted' || run.status === 'stopped' || run.status === 'running') continue
    if (isSlipRow(row)) slipped.push(figures)
    else figures.lastEnded = newer(figures.lastEnded, run)
  }
  // Only slips since the last other run count, so the other statuses come first.
  for (const figures of slipped) {
    const rows = failed.iterate(figures.subject, 'failed') as Iterable<LastRow>
    figures.lastEnded = lastFailure(rows, figures.lastEnded)
  }
  return [...subjects.values()]
}

function addSums(figures: MutableFigures, row: SumRow): void {
  const [, status, code, runs, seconds, records, rejected, bytes_in, bytes_out, retries] = row
  const { sums } = figures
  figures.ended = [...figures.ended, { status, code, runs }]
  figures.sums =
    sums === undefined
      ? { seconds, records, rejected, bytes_in, bytes_out, retries }
      : {
          seconds: sums.seconds + seconds,
          records: sums.records + records,
          rejected: sums.rejected + rejected,
          bytes_in: sums.bytes_in + bytes_in,
          bytes_out: sums.bytes_out + bytes_out,
          retries: sums.retries + retries,
        }
}

function successOf([, startedMs, endedMs, seconds, records, bytes]: SuccessRow): NonNullable<
  SubjectFigures['lastSuccess']
> {
  return { startedMs, endedMs, seconds: seconds ?? undefined, records, archiveBytes: bytes ?? undefined }
}

function runOf(row: LastRow, isGone: IsDead): SubjectRun {
  const [, status, code, startedMs, endedMs, , , , owner, heardMs] = row
  const gone = owner !== null && isGone(owner, heardMs)
  return { status: gone ? 'killed' : status, code, startedMs, endedMs }
}

/** The newest failure since `other` that counts, or else `other`. */
function lastFailure(rows: Iterable<LastRow>, other: SubjectRun | undefined): SubjectRun | undefined {
  const counted = newestCounted(since(rows, other?.startedMs), isSlipRow, startedMsIn)
  return counted === undefined ? other : runOf(counted, () => false)
}

function* since(rows: Iterable<LastRow>, ms = Number.NEGATIVE_INFINITY): Iterable<LastRow> {
  for (const row of rows) {
    if (row[3] <= ms) return
    yield row
  }
}

function newer(one: SubjectRun | undefined, other: SubjectRun | undefined): SubjectRun | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return other.startedMs > one.startedMs ? other : one
}
