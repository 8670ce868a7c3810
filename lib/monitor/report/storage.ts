import type { ArchiveRecord } from '../../catalog/record.ts'
import type { MonitorReport } from './schema.ts'

type Storage = MonitorReport['storage'][number]

const DAY_MS = 86_400_000
const MOST_DAYS = 90

/** What the archives of each collection take, and took on each day of the period: 90 days at most. In order of name. */
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
    const kept = archives.filter(({ status }) => status === 'complete')
    const stays = archives.map(stayOf)
    const points = days.map((ms) => ({ at: new Date(ms).toISOString(), bytes: bytesAt(stays, ms) }))
    if (kept.length === 0 && points.every((point) => point.bytes === 0)) return []
    const bytes = sum(kept, 'bytes')
    const raw = sum(kept, 'raw_bytes')
    const first = points[0]!
    const elapsedDays = (nowMs - Date.parse(first.at)) / DAY_MS
    return [
      {
        ...{ collection, archives: kept.length, bytes, raw_bytes: raw },
        ...(bytes > 0 && { compression: raw / bytes }),
        ...(elapsedDays >= 1 && { growth_bytes_per_day: (bytes - first.bytes) / elapsedDays }),
        points,
      },
    ]
  })
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

/** From when to when an archive took its bytes. */
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
