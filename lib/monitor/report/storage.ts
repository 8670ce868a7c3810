import type { ArchiveRecord } from '../../catalog/record.ts'
import type { MonitorReport } from './schema.ts'

type Storage = MonitorReport['storage'][number]

const DAY_MS = 86_400_000
const MOST_DAYS = 90
const AHEAD_DAYS = 30
const MOST_AHEAD_DAYS = 36_500

/** The size of each collection's archives, now and on each day of the period: 90 days at most. Sorted by name. */
export function storageOf(all: readonly ArchiveRecord[], sinceMs: number, nowMs: number): Storage[] {
  const byCollection = Map.groupBy(
    all.filter(
      ({ finished, status }) => finished !== undefined && (status === 'complete' || status === 'deleted'),
    ),
    ({ collection }) => collection,
  )
  const days = daysOf(sinceMs, nowMs)
  const names = [...byCollection.keys()].sort()
  return names.flatMap((collection) => {
    const archives = byCollection.get(collection)!
    const complete = archives.filter(({ status }) => status === 'complete')
    const stays = archives.map(stayOf)
    const points = days.map((ms) => ({ at: new Date(ms).toISOString(), bytes: bytesAt(stays, ms) }))
    if (complete.length === 0 && points.every((point) => point.bytes === 0)) return []
    const bytes = sum(complete, 'bytes')
    const raw = sum(complete, 'raw_bytes')
    const first = points[0]!
    const elapsedDays = (nowMs - Date.parse(first.at)) / DAY_MS
    const growth = elapsedDays >= 1 ? (bytes - first.bytes) / elapsedDays : undefined
    return [
      {
        ...{ collection, archives: complete.length, bytes, raw_bytes: raw },
        ...(bytes > 0 && { compression: raw / bytes }),
        ...(growth !== undefined && {
          growth_bytes_per_day: growth,
          forecast_bytes: inMonth(bytes, growth),
        }),
        points,
      },
    ]
  })
}

type Forecast = NonNullable<MonitorReport['storage_forecast']>

/** The size of all archives in 30 days, and when the fullest disk will be full; undefined if growth is unknown. */
export function forecastOf(
  storage: readonly Pick<Storage, 'bytes' | 'growth_bytes_per_day'>[],
  disks: MonitorReport['disk'],
  nowMs: number,
): Forecast | undefined {
  const growths = storage.flatMap(({ growth_bytes_per_day: growth }) =>
    growth === undefined ? [] : [growth],
  )
  if (growths.length === 0) return undefined
  const growth = growths.reduce((total, one) => total + one, 0)
  const bytes = storage.reduce((total, one) => total + one.bytes, 0)
  const [least] = disks.toSorted((a, b) => a.free_bytes - b.free_bytes)
  return {
    at: new Date(nowMs + AHEAD_DAYS * DAY_MS).toISOString(),
    bytes: inMonth(bytes, growth),
    growth_bytes_per_day: growth,
    ...(least !== undefined && growth > 0 && roomOf(least, growth, nowMs)),
  }
}

function roomOf({ directory, free_bytes }: MonitorReport['disk'][number], growth: number, nowMs: number) {
  const days = free_bytes / growth
  const full = days <= MOST_AHEAD_DAYS && { full_at: new Date(nowMs + days * DAY_MS).toISOString() }
  return { directory, free_bytes, ...full }
}

function inMonth(bytes: number, growth: number): number {
  return Math.max(0, Math.round(bytes + growth * AHEAD_DAYS))
}

/** The ends of the days, and now. */
function daysOf(sinceMs: number, nowMs: number): number[] {
  const days: number[] = [nowMs]
  const first = Math.max(sinceMs, nowMs - MOST_DAYS * DAY_MS)
  for (let at = Math.floor(nowMs / DAY_MS) * DAY_MS; at > first && days.length < MOST_DAYS; at -= DAY_MS) {
    days.unshift(at)
  }
  return days
}

/** The period in which an archive took up its bytes. */
interface Stay {
  readonly fromMs: number
  readonly toMs: number
  readonly bytes: number
}

function stayOf({ finished, deleted, bytes }: ArchiveRecord): Stay {
  const toMs = deleted === undefined ? Number.POSITIVE_INFINITY : Date.parse(deleted)
  return { fromMs: Date.parse(finished!), toMs, bytes }
}

function bytesAt(stays: readonly Stay[], ms: number): number {
  let total = 0
  for (const { fromMs, toMs, bytes } of stays) if (fromMs <= ms && toMs > ms) total += bytes
  return total
}

function sum(archives: readonly ArchiveRecord[], key: 'bytes' | 'raw_bytes'): number {
  return archives.reduce((total, one) => total + one[key], 0)
}
