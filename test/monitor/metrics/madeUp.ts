import type { HistoryEntry, HistoryReader, SubjectFigures } from '../../../lib/monitor/history/entry.ts'
import type { MonitorReport } from '../../../lib/monitor/report/schema.ts'

/** An entry of the history. */
export function entry(more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id: 'r1',
    attempt: 1,
    kind: 'backup',
    trigger: 'user',
    collection: 'Article',
    target: 'http://localhost:8080',
    status: 'done',
    started_at: '2026-11-29T01:00:00.000Z',
    updated_at: '2026-11-29T01:01:00.000Z',
    ended_at: '2026-11-29T01:01:00.000Z',
    seconds: 60,
    counts: {},
    records: 1000,
    rejected: 0,
    bytes_in: 5000,
    bytes_out: 900,
    peak_rss_bytes: 1,
    retries: 2,
    archive_bytes: 900,
    hosts: [],
    command: [],
    directory: '/',
    version: '1',
    host: 'h',
    pid: 1,
    ...more,
  }
}

/** What a history tells of the subject of this entry: that it ended so, and is its last one. */
export function figures(one: HistoryEntry, more: Partial<SubjectFigures> = {}): SubjectFigures {
  const { kind, collection, target, status, error, started_at, ended_at, updated_at } = one
  const { seconds = 0, records = 0, rejected = 0, bytes_in = 0, bytes_out = 0, retries = 0 } = one
  const { archive_bytes: archiveBytes } = one
  const run = {
    ...{ status, code: error?.code ?? '', startedMs: Date.parse(started_at) },
    endedMs: Date.parse(ended_at ?? updated_at),
  }
  return {
    ...{ subject: 0, kind, collection, target, lastRun: run },
    ended: status === 'running' ? [] : [{ status, code: run.code, runs: 1 }],
    ...(status !== 'running' && {
      sums: { seconds, records, rejected, bytes_in, bytes_out, retries },
      lastEnded: run,
    }),
    ...(status === 'done' && {
      lastSuccess: { startedMs: run.startedMs, endedMs: run.endedMs, seconds, records, archiveBytes },
    }),
    ...more,
  }
}

/** A history that holds these, and counts how often it is read. */
export function history(all: readonly SubjectFigures[], running: readonly HistoryEntry[] = []) {
  const reader = {
    reads: 0,
    at: 1,
    list: () => [...running],
    find: () => [],
    lastSuccesses: () => [],
    figures: () => {
      reader.reads++
      return all.map((one, subject) => ({ ...one, subject }))
    },
    traffic: () => [
      {
        ...{ place: 'db:8080', seconds: 60, bytes_in: 10, bytes_out: 20 },
        ...{ stalls_in: 1, stalls_out: 2, stalled_in_seconds: 60, stalled_out_seconds: 120 },
      },
    ],
    version: () => reader.at,
  } as HistoryReader & { reads: number; at: number }
  return reader
}

/** A report in which there is nothing, but for what is given. */
export function report(more: Partial<MonitorReport> = {}): MonitorReport {
  return {
    generated_at: '2026-11-29T02:00:00.000Z',
    since: '2026-10-30T02:00:00.000Z',
    needs_attention: [],
    running: 0,
    success: [],
    missed: [],
    recovery: [],
    trends: [],
    storage: [],
    cleanup: [],
    damaged: [],
    unverified: [],
    never_backed_up: [],
    uncovered: [],
    undelivered: 0,
    disk: [],
    notes: [],
    ...more,
  }
}

/** A report in which there is something of all. */
export function fullReport(): MonitorReport {
  const line = { id: 'a1', collection: 'Article', reason: 'r' }
  return report({
    expected: [
      {
        collection: 'Article',
        target: 'http://localhost:8080',
        what: 'backup',
        every_seconds: 86_400,
        grace_seconds: 7200,
        due_at: '2026-11-29T03:00:00.000Z',
      },
      {
        collection: 'Never',
        what: 'backup',
        every_seconds: 1,
        grace_seconds: 0,
        due_at: '1970-01-01T00:00:00.000Z',
      },
    ],
    recovery: [
      {
        collection: 'Article',
        target: 'http://localhost:8080',
        point_at: '2026-11-29T01:00:00.000Z',
        seconds: 90,
        measured_at: '2026-11-28T01:00:00.000Z',
      },
    ],
    storage: [{ collection: 'Article', archives: 7, bytes: 6300, raw_bytes: 35_000, points: [] }],
    damaged: [line, { ...line, id: 'a2', collection: 'Broken' }],
    unverified: [line],
    never_backed_up: [{ collection: 'Never', target: '' }],
    uncovered: ['Never'],
    undelivered: 4,
    disk: [{ directory: '/backups', free_bytes: 10, total_bytes: 100 }],
  })
}
