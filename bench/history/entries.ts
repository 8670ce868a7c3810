// Entries of a history, the same at every call.
import type { HistoryEntry } from '../../lib/monitor/history/entry.ts'

export const NOW = Date.parse('2026-11-29T12:00:00Z')
export const HOUR_MS = 3_600_000
export const DAYS = 400
/** Kinds, with how many of a hundred runs are of each. */
const KINDS = [
  'backup',
  'backup',
  'backup',
  'ingest',
  'ingest',
  'verify',
  'restore',
  'cleanup',
  'copy',
  'diff',
]
const COLLECTIONS = 40

/** Numbers between 0 and 1, the same at every call. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return (state + 0.5) / 4294967296
  }
}

/** The entry at `index` of a history of `runs` that lie evenly over DAYS. */
export function entryOf(index: number, runs: number, next: () => number): HistoryEntry {
  const startedMs = NOW - ((runs - index) / runs) * DAYS * 24 * HOUR_MS
  const kind = KINDS[Math.floor(next() * KINDS.length)]!
  const collection = `Collection${Math.floor(next() ** 2 * COLLECTIONS)}`
  const target = 'http://weaviate-1.internal.example.org:8080?grpc=weaviate-1.internal.example.org:50051'
  const fate = next()
  const status = fate < 0.96 ? 'done' : fate < 0.97 ? 'rejects' : fate < 0.99 ? 'failed' : 'killed'
  const seconds = 20 + next() * 200
  const objects = Math.floor(50_000 + next() * 100_000)
  const at = (ms: number) => new Date(ms).toISOString()
  return {
    id: `${at(startedMs).replace(/[-:]|\.\d+/g, '')}-${index.toString(16).padStart(6, '0')}`,
    attempt: 1,
    ...{ kind, collection, target, status, trigger: 'cron' },
    exit_code: status === 'done' ? 0 : 1,
    started_at: at(startedMs),
    updated_at: at(startedMs + seconds * 1000),
    ended_at: at(startedMs + seconds * 1000),
    seconds,
    counts: { objects, vectors: objects, parts: 8, bytes: objects * 900 },
    records: objects,
    rejected: status === 'rejects' ? 3 : 0,
    bytes_in: objects * 2000,
    bytes_out: objects * 900,
    rate_per_second: objects / seconds,
    peak_rss_bytes: 150_000_000,
    retries: 0,
    archive: `${at(startedMs)
      .replace(/[-:]|\.\d+/g, '')
      .toLowerCase()}-0123456789`,
    archive_bytes: objects * 900,
    ...(status === 'failed' && {
      error: { code: 'ELYSIA_UNREACHABLE', message: `${target} cannot be reached: connect ECONNREFUSED` },
    }),
    hosts: ['weaviate-1.internal.example.org:8080', 'weaviate-1.internal.example.org:50051'],
    command: ['col', 'backup', collection, '--target', 'office', '--compression', 'zstd', '--quiet'],
    directory: '/home/backup',
    version: '0.1.0',
    host: 'backup-1',
    pid: index,
  }
}
