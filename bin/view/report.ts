import type { Tables } from '../cli/tables.ts'
import { type AttentionItem, forecastText, type MonitorReport, pluralize, roughSize } from '../library.ts'
import { ageText } from './times.ts'

/** A report for the user: first what needs attention, then what can be restored, then how runs went. */
export function reportLines(report: MonitorReport, tables: Pick<Tables, 'of' | 'time'>): string[] {
  const sections: readonly string[][] = [
    attentionLines(report.needs_attention),
    [...recoveryLines(report, tables)],
    successLines(report, tables),
    slowerLines(report),
    storageLines(report, tables),
    trafficLines(report, tables),
    archiveLines(report),
    otherLines(report),
  ]
  const head = `since ${tables.time(report.since)}: ${pluralize(
    report.success.reduce((sum, one) => sum + runsOf(one), 0),
    'run',
  )}${report.running > 0 ? `, ${report.running} in progress` : ''}`
  return [head, ...sections.filter((one) => one.length > 0).flatMap((one) => ['', ...one])]
}

type Success = MonitorReport['success'][number]

function runsOf({ done, with_rejects, failed, killed, stopped, interrupted, running }: Success): number {
  return done + with_rejects + failed + killed + stopped + interrupted + running
}

function attentionLines(items: readonly AttentionItem[]): string[] {
  if (items.length === 0) return ['nothing needs attention']
  const lines = items.flatMap(({ severity, message, next }) => [
    `  ${severity.padEnd(7)}  ${message}`,
    ...(next === undefined ? [] : [`           next: ${next}`]),
  ])
  return [`needs attention: ${items.length}`, ...lines]
}

function recoveryLines({ recovery }: MonitorReport, { of, time }: Pick<Tables, 'of' | 'time'>): string[] {
  if (recovery.length === 0) return []
  const rows = recovery.map(
    ({ collection, target, archive, point_at: at, seconds, measured_at, measured_by, proved }) => [
      collection,
      archive ?? 'none that can be restored',
      at === undefined ? '' : time(at),
      at === undefined ? '' : ageText(at),
      seconds === undefined ? 'unknown' : `${Math.ceil(seconds)} s`,
      measured_by === undefined
        ? ''
        : measured_at === undefined
          ? measured_by
          : `${measured_by} ${time(measured_at)}`,
      proved === true ? 'yes' : 'no',
      target,
    ],
  )
  const head = [
    ...[
      { name: 'collection', least: 12 },
      { name: 'back to', whole: true },
      { name: 'of', whole: true, drop: 3 },
    ],
    ...[
      { name: 'lost', whole: true },
      { name: 'takes', whole: true },
      { name: 'measured by', least: 10, drop: 2 },
    ],
    ...[
      { name: 'proved', whole: true, drop: 1 },
      { name: 'target', least: 16, drop: 4 },
    ],
  ]
  return ['recovery: what can be brought back, and how long that takes', ...of(head, rows)]
}

function successLines({ success }: MonitorReport, { of, time }: Pick<Tables, 'of' | 'time'>): string[] {
  if (success.length === 0) return []
  const rows = success.map((one) => [
    ...[one.kind, one.collection, percent(one.rate), one.done, one.with_rejects],
    ...[one.failed + one.killed, one.stopped, one.interrupted, one.last_status ?? ''],
    ...(one.last_success_at === undefined
      ? ['never', '']
      : [ageText(one.last_success_at), time(one.last_success_at)]),
    one.target,
  ])
  const head = [
    ...[
      { name: 'job', whole: true },
      { name: 'collection', least: 12 },
      { name: 'good', whole: true },
    ],
    ...[
      { name: 'done', whole: true, drop: 4 },
      { name: 'rejects', whole: true, drop: 5 },
    ],
    ...[
      { name: 'failed', whole: true, drop: 3 },
      { name: 'stopped', whole: true, drop: 9 },
      { name: 'interrupted', whole: true, drop: 8 },
    ],
    ...[
      { name: 'last', whole: true, drop: 2 },
      { name: 'good for', whole: true },
    ],
    ...[
      { name: 'last good', whole: true, drop: 6 },
      { name: 'target', least: 16, drop: 7 },
    ],
  ]
  return ['runs: how many succeeded, without those that a user interrupted', ...of(head, rows)]
}

function percent(rate: number | undefined): string {
  if (rate === undefined) return ''
  // Rounded down, so that no failure disappears.
  return `${Math.floor(rate * 1000) / 10} %`
}

function slowerLines({ trends }: MonitorReport): string[] {
  const slower = trends.flatMap(({ kind, collection, regression }) =>
    regression === undefined
      ? []
      : [
          `  ${kind} of ${collection}: ${regression.rate_per_second.toFixed(0)} a second, before ${regression.median_per_second.toFixed(0)}`,
        ],
  )
  return slower.length === 0 ? [] : ['slower than before', ...slower]
}

function storageLines(
  { storage, storage_forecast: forecast }: MonitorReport,
  { of }: Pick<Tables, 'of'>,
): string[] {
  if (storage.length === 0) return []
  const rows = storage.map((one) => [
    ...[one.collection, one.archives, roughSize(one.bytes)],
    one.compression === undefined ? '' : `${one.compression.toFixed(1)} : 1`,
    growthText(one.growth_bytes_per_day),
    one.forecast_bytes === undefined ? '' : roughSize(one.forecast_bytes),
  ])
  const head = [
    ...[
      { name: 'collection', least: 12 },
      { name: 'archives', whole: true },
      { name: 'size', whole: true },
    ],
    ...[
      { name: 'compressed', whole: true, drop: 2 },
      { name: 'a day', whole: true, drop: 1 },
      { name: 'in 30 days', whole: true, drop: 3 },
    ],
  ]
  return ['storage', ...of(head, rows), ...(forecast === undefined ? [] : [`  ${forecastText(forecast)}`])]
}

function growthText(growth: number | undefined): string {
  if (growth === undefined) return ''
  return `${growth < 0 ? '-' : '+'}${roughSize(Math.abs(Math.round(growth)))}`
}

function trafficLines({ traffic = [] }: MonitorReport, { of }: Pick<Tables, 'of'>): string[] {
  if (traffic.length === 0) return []
  const rate = (bytes: number | undefined) => (bytes === undefined ? '' : `${roughSize(Math.round(bytes))}/s`)
  const stalls = (count: number, seconds: number) => (count === 0 ? '' : `${count}, ${Math.round(seconds)} s`)
  const rows = traffic.map((one) => [
    ...[one.place, roughSize(one.bytes_in), rate(one.in_per_second)],
    stalls(one.stalls_in, one.stalled_in_seconds),
    ...[roughSize(one.bytes_out), rate(one.out_per_second)],
    stalls(one.stalls_out, one.stalled_out_seconds),
  ])
  const column = (name: string, drop?: number) => ({ name, whole: true, ...(drop !== undefined && { drop }) })
  const head = [
    ...[{ name: 'place', least: 16 }, column('came'), column('at', 3), column('stalls', 1)],
    ...[column('went'), column('at', 4), column('stalls', 2)],
  ]
  return ['moved: what came from each place, and went to it', ...of(head, rows)]
}

function archiveLines({ cleanup, unverified, damaged }: MonitorReport): string[] {
  const bytes = cleanup.reduce((sum, one) => sum + (one.bytes ?? 0), 0)
  return [
    ...(damaged.length > 0 ? [`damaged: ${damaged.map(({ id }) => id).join(', ')}`] : []),
    ...(unverified.length > 0 ? [`not verified for long: ${pluralize(unverified.length, 'archive')}`] : []),
    ...(cleanup.length > 0
      ? [
          `a cleanup would remove ${pluralize(cleanup.length, 'archive')}, ${roughSize(bytes)}: \`elysiactl col catalog cleanup\``,
        ]
      : []),
  ]
}

function otherLines({ uncovered, disk, notes, undelivered }: MonitorReport): string[] {
  return [
    ...(uncovered.length > 0 ? [`no expectation covers: ${uncovered.join(', ')} (docs/monitoring.md)`] : []),
    ...(undelivered > 0 ? [`alert messages that no sink has accepted: ${undelivered}`] : []),
    ...disk.map(
      ({ directory, free_bytes, total_bytes }) =>
        `disk of ${directory}: ${roughSize(free_bytes)} of ${roughSize(total_bytes)} free`,
    ),
    ...notes.map((note) => `not checked: ${note}`),
  ]
}
