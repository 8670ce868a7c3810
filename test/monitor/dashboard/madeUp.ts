// A history and a report that nobody's runs have made: what the page shows is known beforehand.
import type { ArchiveView, DashboardSources } from '../../../lib/monitor/dashboard/facts.ts'
import type { HistoryChoice, HistoryEntry, HistoryReader } from '../../../lib/monitor/history/entry.ts'
import type { AttemptLog, LogLine } from '../../../lib/monitor/history/log/line.ts'
import type { MonitorReport } from '../../../lib/monitor/report/schema.ts'

export const NOW = Date.parse('2026-11-29T09:00:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const TARGET = 'http://weaviate.example:8080'

export function at(ago: number): string {
  return new Date(NOW - ago).toISOString()
}

/** An entry that ended well, but for what is given. */
export function entryOf(given: Partial<HistoryEntry>): HistoryEntry {
  return {
    id: '20261129T070000Z-0a1b2c',
    attempt: 1,
    kind: 'backup',
    trigger: 'cron',
    collection: 'Article',
    target: TARGET,
    status: 'done',
    exit_code: 0,
    started_at: at(2 * HOUR),
    updated_at: at(2 * HOUR - 60_000),
    ended_at: at(2 * HOUR - 60_000),
    seconds: 60,
    counts: { objects: 120_000, vectors: 120_000, parts: 12 },
    records: 120_000,
    rejected: 0,
    bytes_in: 600_000_000,
    bytes_out: 210_000_000,
    rate_per_second: 2000,
    peak_rss_bytes: 180_000_000,
    retries: 0,
    hosts: ['weaviate.example:8080', 'weaviate.example:50051'],
    command: ['col', 'backup', 'article', '--target', TARGET],
    directory: '/home/demo',
    version: '0.1.0',
    host: 'demo',
    pid: 4711,
    ...given,
  }
}

/** A history in memory. `put` changes it, as another process would. */
export interface MadeUpHistory extends HistoryReader {
  put(entry: HistoryEntry): void
}

/** Logs are by the id of the run. */
export function madeUpHistory(
  entries: readonly HistoryEntry[] = [],
  logs: Readonly<Record<string, readonly AttemptLog[]>> = {},
): MadeUpHistory {
  const all = new Map(entries.map((entry) => [keyOf(entry), entry]))
  let version = 1
  let sorted: HistoryEntry[] | undefined
  return {
    put(entry) {
      all.set(keyOf(entry), entry)
      sorted = undefined
      version += 1
    },
    list(choice = {}) {
      sorted ??= [...all.values()].sort((a, b) => (a.started_at < b.started_at ? 1 : -1))
      const chosen: HistoryEntry[] = []
      for (const entry of sorted) {
        if (chosen.length >= (choice.limit ?? Number.POSITIVE_INFINITY)) break
        if (isChosen(entry, choice)) chosen.push(entry)
      }
      return chosen
    },
    find: (id) =>
      [...all.values()].filter((entry) => entry.id.startsWith(id)).sort((a, b) => a.attempt - b.attempt),
    logs: (id) => [...(logs[id] ?? [])],
    lastSuccesses: () => [],
    figures: () => [],
    traffic: () => [],
    version: () => version,
  }
}

function keyOf({ id, attempt }: HistoryEntry): string {
  return `${id} ${attempt}`
}

function isChosen(
  entry: HistoryEntry,
  { kind, status, collection, target, since, before }: HistoryChoice,
): boolean {
  return (
    (kind === undefined || kind.includes(entry.kind)) &&
    (status === undefined || status.includes(entry.status)) &&
    (collection === undefined || entry.collection === collection) &&
    (target === undefined || entry.target === target) &&
    (since === undefined || entry.started_at >= since) &&
    (before === undefined || entry.started_at < before)
  )
}

const ANSWERED = 'weaviate.example:8080 answered 507, the disk is full'
const REFUSED =
  'the restore of Orders stopped: 3 of 12 parts could not be written, weaviate.example:8080 answered 507, the disk is full'

/** Thirty days of one installation: a night's failure, something overdue, something slower. */
export function madeUpEntries(): HistoryEntry[] {
  const days = Array.from({ length: 30 }, (_, index) => 29 - index)
  const backups = days.flatMap((day) => [
    nightly('Article', day, { seconds: 58 + ((day * 7) % 9), rate: 2000 - ((day * 31) % 160) }),
    nightly(
      'Orders',
      day,
      day === 0 ? { fails: true } : { seconds: 130 + ((day * 5) % 14), rate: 900 - ((day * 13) % 70) },
    ),
  ])
  const ingests = days.map((day) =>
    entryOf({
      id: idOf(day * DAY + 6 * HOUR, 'ingest'),
      kind: 'ingest',
      collection: 'SourceCode',
      trigger: 'user',
      started_at: at(day * DAY + 6 * HOUR),
      ended_at: at(day * DAY + 6 * HOUR - 20_000),
      status: day % 9 === 4 ? 'rejects' : 'done',
      exit_code: day % 9 === 4 ? 3 : 0,
      seconds: day === 0 ? 31 : 20 + (day % 3),
      rate_per_second: day === 0 ? 3800 : 6000 - ((day * 17) % 300),
      records: 120_000,
      rejected: day % 9 === 4 ? 12 : 0,
      command: ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'source-code'],
    }),
  )
  return [...backups, ...ingests, running()]
}

function nightly(
  collection: string,
  day: number,
  how: { readonly fails?: true; readonly seconds?: number; readonly rate?: number },
): HistoryEntry {
  const ago = day * DAY + 7 * HOUR + (collection === 'Orders' ? 20 * 60_000 : 0)
  const command = ['col', 'backup', collection.toLowerCase(), '--target', TARGET]
  const base = entryOf({ id: idOf(ago, collection), collection, command, started_at: at(ago) })
  if (how.fails !== true) {
    return {
      ...base,
      seconds: how.seconds!,
      rate_per_second: how.rate!,
      ended_at: at(ago - how.seconds! * 1000),
    }
  }
  return {
    ...base,
    status: 'failed',
    exit_code: 1,
    seconds: 41,
    ended_at: at(ago - 41_000),
    records: 31_000,
    rate_per_second: 756,
    retries: 9,
    traffic: [
      {
        ...{ place: 'weaviate.example:50051', bytes_in: 96_000_000, bytes_out: 210_000 },
        ...{ most_in_per_second: 4_100_000, most_out_per_second: 9_000 },
        ...{ stalls_in: 2, stalls_out: 0, stalled_in_seconds: 17.5, stalled_out_seconds: 0 },
      },
      {
        ...{ place: '/var/backups/elysiactl', bytes_in: 0, bytes_out: 33_500_000 },
        ...{ most_out_per_second: 1_600_000 },
        ...{ stalls_in: 0, stalls_out: 0, stalled_in_seconds: 0, stalled_out_seconds: 0 },
      },
    ],
    error: {
      code: 'ELYSIA_STORE',
      message: REFUSED.replace('restore', 'backup').replace('written', 'read'),
      hint: 'free space on the server, then repeat: `elysiactl col backup orders`; what was read is kept',
    },
  }
}

function idOf(ago: number, text: string): string {
  const hex = [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 0xffffff, 7)
  return `${at(ago).replace(/[-:]|\.\d+/g, '')}-${hex.toString(16).padStart(6, '0')}`
}

/** A restore that is half done. */
export function running(done = 46_200): HistoryEntry {
  const {
    exit_code: _,
    ended_at: __,
    seconds: ___,
    ...base
  } = entryOf({
    id: '20261129T085700Z-5e5e5e',
    kind: 'restore',
    collection: 'Invoices',
    trigger: 'user',
    status: 'running',
    started_at: at(3 * 60_000),
    command: ['col', 'restore', 'latest:invoices'],
  })
  const progress = {
    at: at(1000),
    phase: 'writing',
    unit: 'objects',
    done,
    total: 110_000,
    rate_per_second: 256,
    bytes_per_second: 3_400_000,
    eta_seconds: 249,
    retries: 2,
    rejected: 0,
    rss_bytes: 164_000_000,
  }
  return { ...base, progress }
}

export function madeUpReport(entries: readonly HistoryEntry[] = madeUpEntries()): MonitorReport {
  const failed = entries.find(({ status }) => status === 'failed')
  return {
    generated_at: at(0),
    since: at(30 * DAY),
    slo_percent: 99,
    needs_attention: [
      {
        severity: 'fault',
        what: 'failed',
        collection: 'Orders',
        target: TARGET,
        message: `The last backup of Orders failed: ${failed?.error?.message ?? ''}`,
        next: 'free space on the server, then repeat: `elysiactl col backup orders`',
        ...(failed !== undefined && { run: failed.id }),
        since: at(7 * HOUR + 20 * 60_000),
      },
      {
        severity: 'fault',
        what: 'missed',
        collection: 'Users',
        target: TARGET,
        message: 'A backup of Users is expected every 24 h; none was begun for 3 d.',
        next: 'elysiactl col backup users',
        since: at(2 * DAY),
      },
      {
        severity: 'warning',
        what: 'regression',
        collection: 'SourceCode',
        target: TARGET,
        message: 'The last ingest into SourceCode was 35 % slower than its like.',
      },
    ],
    running: 1,
    success: ['Article', 'Orders'].map((collection) => ({
      kind: 'backup',
      collection,
      target: TARGET,
      done: collection === 'Orders' ? 29 : 30,
      with_rejects: 0,
      failed: collection === 'Orders' ? 1 : 0,
      killed: 0,
      interrupted: 0,
      stopped: 0,
      running: 0,
      rate: collection === 'Orders' ? 29 / 30 : 1,
      meets_slo: collection !== 'Orders',
      last_success_at: at(collection === 'Orders' ? 31 * HOUR : 7 * HOUR),
      last_success_age_seconds: (collection === 'Orders' ? 31 : 7) * 3600,
      last_run: entries.find((entry) => entry.collection === collection)?.id ?? '',
      last_status: collection === 'Orders' ? 'failed' : 'done',
      ...(collection === 'Orders' && { last_error: 'ELYSIA_STORE: the disk is full' }),
    })),
    missed: [],
    recovery: [
      {
        collection: 'Article',
        target: TARGET,
        archive: '20261129T020000Z-aa01bb',
        point_at: at(7 * HOUR),
        point_age_seconds: 7 * 3600,
        seconds: 96,
        measured_at: at(2 * DAY),
        measured_by: 'rehearse',
        proved: true,
      },
      {
        collection: 'Orders',
        target: TARGET,
        archive: '20261128T014000Z-aa02bb',
        point_at: at(31 * HOUR),
        point_age_seconds: 31 * 3600,
        seconds: 240,
        measured_by: 'estimate',
      },
      { collection: 'Users', target: TARGET },
    ],
    trends: trendsOf(entries),
    storage: ['Article', 'Orders'].map((collection, index) => ({
      collection,
      archives: 30 - index,
      bytes: (6 - index * 2) * 1024 ** 3,
      raw_bytes: (18 - index * 6) * 1024 ** 3,
      compression: 3,
      growth_bytes_per_day: 40 * 1024 ** 2,
      forecast_bytes: (6 - index * 2) * 1024 ** 3 + 1200 * 1024 ** 2,
      points: Array.from({ length: 30 }, (_, day) => ({
        at: at((29 - day) * DAY),
        bytes: Math.round((6 - index * 2) * 1024 ** 3 - (29 - day) * 40 * 1024 ** 2),
      })),
    })),
    storage_forecast: {
      at: at(-30 * DAY),
      bytes: 10 * 1024 ** 3 + 2400 * 1024 ** 2,
      growth_bytes_per_day: 80 * 1024 ** 2,
      directory: '/var/backups',
      free_bytes: 64 * 1024 ** 3,
      full_at: at(-819.2 * DAY),
    },
    cleanup: [
      {
        id: '20261001T020000Z-aa0901',
        collection: 'Article',
        reason: 'older than the 30 that are kept',
        bytes: 210_000_000,
        age_seconds: 59 * 86_400,
      },
    ],
    damaged: [],
    unverified: [
      {
        id: '20261128T014000Z-aa02bb',
        collection: 'Orders',
        reason: 'not verified for 12 d',
        bytes: 310_000_000,
        age_seconds: 31 * 3600,
      },
    ],
    never_backed_up: [{ collection: 'Drafts', target: TARGET }],
    uncovered: ['SourceCode'],
    undelivered: 0,
    disk: [{ directory: '/var/backups', free_bytes: 64 * 1024 ** 3, total_bytes: 200 * 1024 ** 3 }],
    notes: [],
  }
}

function trendsOf(entries: readonly HistoryEntry[]): MonitorReport['trends'] {
  const ended = entries.filter(({ status }) => status !== 'running')
  const groups = Map.groupBy(ended, ({ kind, collection }) => `${kind} ${collection}`)
  return [...groups.values()].map((group) => {
    const { kind, collection, target } = group[0]!
    const points = group.toSorted((a, b) => (a.started_at < b.started_at ? -1 : 1)).slice(-200)
    return {
      kind,
      collection,
      target,
      points: points.map(({ started_at, id, status, seconds = 0, rate_per_second, bytes_in, bytes_out }) => ({
        at: started_at,
        run: id,
        status,
        seconds,
        ...(rate_per_second !== undefined && { rate_per_second }),
        bytes: (bytes_in ?? 0) + (bytes_out ?? 0),
      })),
      median_rate_per_second: points[points.length >> 1]!.rate_per_second ?? 0,
      ...(kind === 'ingest' && {
        regression: { run: points.at(-1)!.id, rate_per_second: 3800, median_per_second: 5850, slower: 0.35 },
      }),
    }
  })
}

export function madeUpArchives(): ArchiveView[] {
  const full = (id: string, collection: string, ago: number): ArchiveView => ({
    id,
    collection,
    target: TARGET,
    status: 'complete',
    started_at: at(ago),
    objects: 120_000,
    bytes: 210_000_000,
    pinned: false,
    damaged: false,
    verified_at: at(ago - HOUR),
    verified_level: 'records',
  })
  const base = full('20261127T020000Z-aa03bb', 'Article', 55 * HOUR)
  const {
    verified_at: _,
    verified_level: __,
    ...never
  } = full('20261129T020000Z-aa01bb', 'Article', 7 * HOUR)
  return [
    { ...never, parent: '20261128T020000Z-aa04bb', bytes: 9_000_000 },
    { ...full('20261128T020000Z-aa04bb', 'Article', 31 * HOUR), parent: base.id, bytes: 11_000_000 },
    full('20261128T014000Z-aa02bb', 'Orders', 31 * HOUR),
    { ...base, pinned: true },
  ]
}

/** What the run that failed had said. */
function madeUpLogs(entries: readonly HistoryEntry[]): Record<string, AttemptLog[]> {
  const failed = entries.find(({ status }) => status === 'failed')
  if (failed === undefined) return {}
  const said = (seconds: number, level: LogLine['level'], text: string): LogLine => ({
    at: new Date(Date.parse(failed.started_at) + seconds * 1000).toISOString(),
    level,
    text,
  })
  const lines = [
    said(0, 'note', `target ${TARGET} (configuration)`),
    said(0, 'event', 'begun'),
    said(1, 'event', 'writing'),
    {
      ...said(28, 'note', `${ANSWERED}; tries again in 4.1 s (attempt 9)`),
      ...{ times: 9, since: said(12, 'note', '').at },
    },
    said(30, 'warning', 'weaviate.example:8080 was asked 9 times'),
    said(41, 'event', 'ended: failed'),
    said(41, 'error', failed.error?.message ?? ''),
  ]
  return { [failed.id]: [{ attempt: failed.attempt, lines }] }
}

function madeUpKept(): HistoryReader {
  const entries = madeUpEntries()
  return madeUpHistory(entries, madeUpLogs(entries))
}

/** All of it, as the page asks for it. */
export function madeUpSources(history: HistoryReader = madeUpKept()): DashboardSources {
  return { history, report: () => madeUpReport(history.list()), archives: madeUpArchives, version: '0.1.0' }
}
