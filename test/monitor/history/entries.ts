import type { HistoryEntry } from '../../../lib/monitor/history/entry.ts'

/** An entry of a backup that was done, but for what is said. */
export function entry(more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id: 'one',
    attempt: 1,
    kind: 'backup',
    trigger: 'cron',
    collection: 'Article',
    target: 'http://db:8080',
    status: 'done',
    started_at: '2026-11-20T03:00:00.000Z',
    updated_at: '2026-11-20T03:01:00.000Z',
    ended_at: '2026-11-20T03:01:00.000Z',
    seconds: 60,
    counts: { objects: 600 },
    records: 600,
    rejected: 0,
    bytes_in: 6000,
    bytes_out: 3000,
    rate_per_second: 10,
    peak_rss_bytes: 1,
    retries: 0,
    hosts: ['db:8080'],
    command: ['col', 'backup', 'Article'],
    directory: '/srv',
    version: '0.1.0',
    host: 'here',
    pid: 1,
    ...more,
  }
}

/** An entry that goes on. */
export function running(more: Partial<HistoryEntry> = {}): HistoryEntry {
  const { ended_at: _, seconds: __, ...rest } = entry({ status: 'running', ...more })
  return rest
}
