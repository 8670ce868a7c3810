// The sentences beside charts, which say what a chart shows.
import type { PlaceTraffic } from '../lib/monitor/history/entry.ts'
import type { MonitorReport } from '../lib/monitor/report/schema.ts'
import {
  capital,
  countText,
  median,
  pluralize,
  rateText,
  shareText,
  sizeText,
  spanText,
  subjectText,
} from './words.ts'

type Trend = MonitorReport['trends'][number]

/** The headline of the page: how many things need attention. */
export function headline(report: MonitorReport): string {
  const faults = report.needs_attention.filter(({ severity }) => severity === 'fault').length
  const warnings = report.needs_attention.length - faults
  if (faults > 0) return `${pluralize(faults, 'thing needs', 'things need')} attention`
  return warnings > 0 ? `No faults, ${pluralize(warnings, 'warning')}` : 'All is well'
}

/** How long the runs of a trend took. */
export function durationSentence(trend: Trend): string {
  const done = trend.points.filter(({ status }) => status === 'done' || status === 'rejects')
  const failed = trend.points.length - done.length
  const bad =
    failed > 0 ? ` ${capital(pluralize(failed, 'run'))} of ${trend.points.length} did not end well.` : ''
  const middle = median(done.map(({ seconds }) => seconds))
  const last = done.at(-1)
  if (middle === undefined || last === undefined)
    return `None of ${pluralize(trend.points.length, 'run')} ended well.`
  const subject = capital(subjectText(trend))
  if (done.length === 1) return `${subject} took ${spanText(middle)} the one time that it ended well.${bad}`
  return `${subject} takes ${spanText(middle)} in the median of ${pluralize(done.length, 'run')}; the last one took ${spanText(last.seconds)}.${bad}`
}

/** How fast they were, and whether one was slower than similar runs. */
export function rateSentence(trend: Trend): string {
  const rates = trend.points.flatMap(({ rate_per_second: rate, status }) =>
    rate === undefined || status !== 'done' ? [] : [rate],
  )
  const middle = trend.median_rate_per_second ?? median(rates)
  if (middle === undefined) return 'No rate is known.'
  const { regression } = trend
  const common = `The median is ${rateText(middle)}.`
  if (regression === undefined) return `${common} The last run had ${rateText(rates.at(-1) ?? middle)}.`
  const { rate_per_second: rate, median_per_second: before, slower } = regression
  return `The last run had ${rateText(rate)}, ${shareText(slower)} less than the ${rateText(before)} of similar runs.`
}

/** Where most bytes of a run came from and went to, and what it waited for longest. */
export function trafficSentence(traffic: readonly PlaceTraffic[], seconds: number): string {
  const [from] = traffic.toSorted((a, b) => b.bytes_in - a.bytes_in)
  const [to] = traffic.toSorted((a, b) => b.bytes_out - a.bytes_out)
  const moved = (bytes: number, place: string, way: string) =>
    bytes === 0 ? [] : [`${sizeText(bytes)}${speedText(bytes, seconds)} ${way} ${place}`]
  const most = [
    ...moved(from?.bytes_in ?? 0, from?.place ?? '', 'came from'),
    ...moved(to?.bytes_out ?? 0, to?.place ?? '', 'went to'),
  ]
  const movedText = most.length === 0 ? 'Nothing was moved.' : `${capital(most.join(', '))}.`
  return `${movedText} ${stallSentence(traffic)}`
}

function speedText(bytes: number, seconds: number): string {
  return seconds > 0 ? ` (${sizeText(bytes / seconds)}/s)` : ''
}

function stallSentence(traffic: readonly PlaceTraffic[]): string {
  const [longest] = traffic
    .map((one) => ({
      place: one.place,
      stalls: one.stalls_in + one.stalls_out,
      seconds: one.stalled_in_seconds + one.stalled_out_seconds,
    }))
    .toSorted((a, b) => b.seconds - a.seconds || b.stalls - a.stalls)
  if (longest === undefined || longest.stalls === 0) return 'It waited long for none of them.'
  const times = longest.stalls === 1 ? 'once' : `${countText(longest.stalls)} times`
  return `It waited long for ${longest.place} ${times}, ${spanText(longest.seconds)} in all.`
}

const DAY_MS = 86_400_000

/** The size of the archives of all collections together. */
export interface StorageFigures {
  readonly archives: number
  readonly bytes: number
  readonly growthPerDay: number | undefined
  /** Their size in 30 days. */
  readonly inMonth: number | undefined
  /** The directory that will be full first, and in how many days. */
  readonly full: { readonly directory: string; readonly days: number; readonly free: number } | undefined
  /** The sum over all collections, day by day. */
  readonly days: readonly { readonly at: string; readonly bytes: number }[]
}

/** The figures of all archives, summed over the collections of a report. */
export function storageFigures({
  storage,
  storage_forecast: forecast,
  generated_at: now,
}: Pick<MonitorReport, 'storage' | 'storage_forecast' | 'generated_at'>): StorageFigures {
  const { growth_bytes_per_day: growthPerDay, directory, free_bytes: free, full_at: fullAt } = forecast ?? {}
  const days = fullAt === undefined ? undefined : (Date.parse(fullAt) - Date.parse(now)) / DAY_MS
  return {
    archives: sumOf(storage.map(({ archives }) => archives)),
    bytes: sumOf(storage.map(({ bytes }) => bytes)),
    growthPerDay,
    inMonth: forecast?.bytes,
    full:
      directory === undefined || free === undefined || days === undefined
        ? undefined
        : { directory, free, days },
    days: daysOf(storage),
  }
}

/** What the archives take, how they grow, and when a disk will be full. */
export function storageSentence(figures: StorageFigures): string {
  const { archives, bytes, growthPerDay, inMonth = bytes, full } = figures
  const has = `${capital(pluralize(archives, 'archive'))} take ${sizeText(bytes)}.`
  if (growthPerDay === undefined) return has
  if (growthPerDay <= 0) return `${has} They don't grow.`
  const grows = `They grow by ${sizeText(growthPerDay)} a day: ${sizeText(inMonth)} in 30 days.`
  if (full === undefined) return `${has} ${grows}`
  return `${has} ${grows} ${full.directory} has ${sizeText(full.free)} free, at that rate for ${spanText(full.days * 86_400)}.`
}

/** A collection without a point for a day keeps its earlier size. */
function daysOf(storage: MonitorReport['storage']): StorageFigures['days'] {
  const days = [...new Set(storage.flatMap(({ points }) => points.map(({ at }) => at)))].sort()
  const totals = new Map(days.map((day) => [day, 0]))
  for (const { points } of storage) {
    const byDay = new Map(points.map(({ at, bytes }) => [at, bytes]))
    let last = 0
    for (const day of days) {
      last = byDay.get(day) ?? last
      totals.set(day, totals.get(day)! + last)
    }
  }
  return [...totals].map(([at, bytes]) => ({ at, bytes }))
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
