import type { RunPoint } from '../history/entry.ts'
import { median, slowdownOf } from './regression.ts'
import type { MonitorReport } from './schema.ts'
import type { ReportedSubject } from './subjects.ts'

type Trend = MonitorReport['trends'][number]

/**
 * The trend of a subject's runs, and whether the last ones are slower than similar runs; undefined if none has ended.
 */
export function trendOf({ kind, collection, target, runs }: ReportedSubject): Trend | undefined {
  const ended = runs?.points.filter(({ status }) => status !== 'running') ?? []
  if (runs === undefined || ended.length === 0) return undefined
  const { lastDone, rates } = runs
  const inPeriod = ended.filter(({ status, rate }) => status === 'done' && rate > 0).map(({ rate }) => rate)
  const slower = lastDone === undefined ? undefined : slowdownOf(rates)
  return {
    ...{ kind, collection, target },
    points: ended.map(pointOf),
    ...(inPeriod.length > 0 && { median_rate_per_second: median(inPeriod) }),
    ...(slower !== undefined && {
      regression: {
        run: lastDone!.id,
        rate_per_second: slower.rate,
        median_per_second: slower.median,
        slower: slower.slower,
      },
    }),
  }
}

function pointOf({ id, startedMs, status, seconds, rate, bytes }: RunPoint): Trend['points'][number] {
  return {
    at: new Date(startedMs).toISOString(),
    run: id,
    status,
    seconds,
    ...(rate > 0 && { rate_per_second: rate }),
    ...(bytes !== undefined && { bytes }),
  }
}
