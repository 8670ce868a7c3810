import type { HistoryEntry } from '../../history/entry.ts'
import type { AttemptLog } from '../../history/log/line.ts'
import type { MonitorReport } from '../../report/schema.ts'
import type { ArchiveView, PageFacts, RunLine } from '../facts.ts'

/** Lists of runs as columns: each name stands once, however many runs have it. */
export interface PackedRuns {
  readonly words: readonly string[]
  readonly rows: readonly PackedRun[]
}

/** One run: words by their number, times in milliseconds, null for absent values. */
export type PackedRun = readonly [
  id: string,
  words: readonly [kind: number, trigger: number, collection: number, target: number, status: number],
  startedAt: number,
  endedAt: number | null,
  ...numbers: readonly (number | null)[],
]

type Trend = MonitorReport['trends'][number]
type Point = Trend['points'][number]

/** The facts of a page that is a file: all runs, and details of some. */
export interface PackedFacts extends Omit<PageFacts, 'runs' | 'report' | 'next' | 'archives'> {
  readonly mode: 'file'
  readonly packed: PackedRuns
  /** The report; where a trend's point is one of the runs, it is that run's number. */
  readonly report: Omit<MonitorReport, 'trends'> & {
    readonly trends: readonly (Omit<Trend, 'points'> & { readonly points: readonly (number | Point)[] })[]
  }
  readonly archives: readonly ArchiveView[]
  /** All tries of the runs that the page shows in full. */
  readonly details: readonly HistoryEntry[]
  /** The last log lines of these tries, by run id. */
  readonly logs: Readonly<Record<string, readonly AttemptLog[]>>
}

/** Packs runs so that `unpackRuns` restores them. */
export function packRuns(runs: readonly RunLine[]): PackedRuns {
  const numbers = new Map<string, number>()
  const word = (text: string) => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }
  const rows = runs.map((run): PackedRun => {
    const { id, kind, trigger, collection, target, status, started_at, ended_at, error } = run
    return [
      id,
      [word(kind), word(trigger), word(collection), word(target), word(status)],
      Date.parse(started_at),
      ended_at === undefined ? null : Date.parse(ended_at),
      ...[run.attempt, run.seconds, run.records, run.rejected, run.bytes_in, run.bytes_out].map(orNull),
      orNull(run.rate_per_second),
      ...(error === undefined ? [] : [word(error.code), word(error.message)]),
    ]
  })
  return { words: [...numbers.keys()], rows }
}

function orNull(value: number | undefined): number | null {
  return value ?? null
}

/** Restores the runs that `packRuns` packed. */
export function unpackRuns({ words, rows }: PackedRuns): RunLine[] {
  return rows.map(([id, [kind, trigger, collection, target, status], startedAt, endedAt, ...numbers]) => {
    const [attempt, seconds, records, rejected, bytesIn, bytesOut, rate, code, message] = numbers
    return {
      id,
      attempt: attempt!,
      kind: words[kind]!,
      trigger: words[trigger]!,
      collection: words[collection]!,
      target: words[target]!,
      status: words[status] as RunLine['status'],
      started_at: new Date(startedAt).toISOString(),
      ...(endedAt !== null && { ended_at: new Date(endedAt).toISOString() }),
      ...(typeof seconds === 'number' && { seconds }),
      ...(typeof records === 'number' && { records }),
      ...(typeof rejected === 'number' && { rejected }),
      ...(typeof bytesIn === 'number' && { bytes_in: bytesIn }),
      ...(typeof bytesOut === 'number' && { bytes_out: bytesOut }),
      ...(typeof rate === 'number' && { rate_per_second: rate }),
      ...(typeof code === 'number' && { error: { code: words[code]!, message: words[message!]! } }),
    }
  })
}

/** Packs a report: points become numbers of runs if the run says the same. */
export function packReport(report: MonitorReport, runs: readonly RunLine[]): PackedFacts['report'] {
  const numberOf = new Map(runs.map((run, index) => [run.id, index]))
  const packed = (point: Point) => {
    const index = numberOf.get(point.run)
    return index !== undefined && isSame(pointOf(runs[index]!), point) ? index : point
  }
  return { ...report, trends: report.trends.map((trend) => ({ ...trend, points: trend.points.map(packed) })) }
}

/** Restores the report that `packReport` packed. */
export function unpackReport(report: PackedFacts['report'], runs: readonly RunLine[]): MonitorReport {
  const unpacked = (point: number | Point) => (typeof point === 'number' ? pointOf(runs[point]!) : point)
  return {
    ...report,
    trends: report.trends.map((trend) => ({ ...trend, points: trend.points.map(unpacked) })),
  }
}

function pointOf({ started_at, id, status, seconds, rate_per_second, bytes_in, bytes_out }: RunLine): Point {
  return {
    at: started_at,
    run: id,
    status,
    seconds: seconds ?? 0,
    ...(rate_per_second !== undefined && { rate_per_second }),
    ...((bytes_in ?? bytes_out) !== undefined && { bytes: (bytes_in ?? 0) + (bytes_out ?? 0) }),
  }
}

function isSame(a: Point, b: Point): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Point>
  return [...keys].every((key) => a[key] === b[key])
}
