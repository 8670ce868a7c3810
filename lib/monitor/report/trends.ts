import type { ReportedHistory, RunPoint } from '../history/entry.ts'
import { median, slowerOf } from './regression.ts'
import type { MonitorReport } from './schema.ts'
import type { SubjectRuns } from './subjects.ts'

type Trend = MonitorReport['trends'][number]

const MOST_POINTS = 200
/** So many runs tell whether the last ones are slower. */
const RATES_LOOKED_AT = 40

/** How the runs of a subject went, and whether the last ones are slower than like runs; undefined where none has ended. */
export function trendOf(subject: SubjectRuns, history: Pick<ReportedHistory, 'rates'>): Trend | undefined {
  const { kind, collection, target } = subject
  const ended = subject.points.filter(({ status }) => status !== 'running')
  if (ended.length === 0) return undefined
  const done = ended.filter(({ status, rate }) => status === 'done' && rate > 0)
  const inPeriod = done.map(({ rate }) => rate)
  const last = done.at(-1)
  // A period may be too short to tell.
  const rates =
    inPeriod.length >= RATES_LOOKED_AT || last === undefined
      ? inPeriod
      : history.rates(subject, RATES_LOOKED_AT)
  const slower = last === undefined ? undefined : slowerOf(rates.slice(-RATES_LOOKED_AT))
  return {
    ...{ kind, collection, target },
    points: thinned(ended).map(pointOf),
    ...(inPeriod.length > 0 && { median_rate_per_second: median(inPeriod) }),
    ...(slower !== undefined && {
      regression: {
        run: last!.id,
        rate_per_second: slower.rate,
        median_per_second: slower.median,
        slower: slower.slower,
      },
    }),
  }
}

/** Evenly, the last one always. */
function thinned(points: readonly RunPoint[]): readonly RunPoint[] {
  if (points.length <= MOST_POINTS) return points
  const step = (points.length - 1) / (MOST_POINTS - 1)
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]!)
}

function pointOf({ id, startedMs, status, seconds, rate, bytes }: RunPoint): Trend['points'][number] {
  return {
    at: new Date(startedMs).toISOString(),
    run: id,
    status,
    seconds,
    ...(rate > 0 && { rate_per_second: rate }),
    bytes,
  }
}
