/**
 * `node bench/metrics.ts [RUNS]`: the metrics of a history of 100 000 runs, beside the bare SELECT of the same sums: the first
 * text, one after a run was noted, and one when nothing was.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { HistoryEntry } from '../lib/monitor/history/entry.ts'
import { openHistory } from '../lib/monitor/history/history.ts'
import { metricsSource } from '../lib/monitor/metrics/source.ts'
import { median, quantile, round, say } from './measure.ts'

const RUNS = Number(process.argv[2] ?? 100_000)
const ROUNDS = 21
const KINDS = ['backup', 'verify', 'restore', 'ingest']
const MINUTE_MS = 60_000

const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
try {
  for (const collections of [25, 1_000]) await benchMetrics(collections)
} finally {
  rmSync(home, { recursive: true })
}

async function benchMetrics(collections: number): Promise<void> {
  const file = join(home, `${collections}.db`)
  const history = openHistory(file)
  const filledMs = performance.now()
  for (let number = 0; number < RUNS; number++) history.put(entry(number, collections))
  const fill_us = round(((performance.now() - filledMs) / RUNS) * 1000, 1)
  const first: number[] = []
  const changed: number[] = []
  const unchanged: number[] = []
  let bytes = 0
  for (let turn = 0; turn < ROUNDS; turn++) {
    const source = metricsSource({ reader: history })
    first.push(await timed(source))
    history.put(entry(RUNS + turn, collections))
    changed.push(await timed(source))
    unchanged.push(await timed(source))
    bytes = Buffer.byteLength((await source()).text)
  }
  const floor = selected(file)
  history.close()
  say('metrics', {
    runs: RUNS,
    collections,
    fill_us,
    text_mb: round(bytes / 1e6, 2),
    select_ms: round(median(floor), 2),
    first_ms: round(median(first), 1),
    changed_ms: round(median(changed), 1),
    changed_p95_ms: round(quantile(changed, 0.95), 1),
    unchanged_ms: round(median(unchanged), 2),
    at_most_ms: 50,
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  // By processor time: it is all there is to it, and others' work is none of it.
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** What cannot be had for less: the sums, read by SQLite alone. */
function selected(file: string): number[] {
  const database = new Database(file, { readonly: true })
  const select = database.prepare('SELECT * FROM totals')
  const taken = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now()
    select.all()
    return performance.now() - startedMs
  })
  database.close()
  return taken
}

/** One in fifty fails; each kind of each collection is one subject. */
function entry(number: number, collections: number): HistoryEntry {
  const startedMs = Date.UTC(2026, 0, 1) + number * 5 * MINUTE_MS
  const [started_at, ended_at] = [startedMs, startedMs + MINUTE_MS].map((ms) => new Date(ms).toISOString())
  const failed = number % 50 === 0
  return {
    id: `run-${number}`,
    attempt: 1,
    kind: KINDS[number % KINDS.length]!,
    trigger: 'cron',
    collection: `Class${Math.floor(number / KINDS.length) % collections}`,
    target: 'http://localhost:8080',
    status: failed ? 'failed' : 'done',
    exit_code: failed ? 13 : 0,
    started_at: started_at!,
    updated_at: ended_at!,
    ended_at: ended_at!,
    seconds: 60,
    counts: { objects: 1000, written: 1000 },
    records: 1000,
    rejected: 0,
    bytes_in: 1_000_000,
    bytes_out: 300_000,
    rate_per_second: 17,
    peak_rss_bytes: 100_000_000,
    retries: 0,
    ...(failed && { error: { code: 'ELYSIA_UNREACHABLE', message: 'the server is away' } }),
    hosts: ['localhost:8080'],
    command: ['col', 'backup', 'Class'],
    directory: '/home/user',
    version: '0.1.0',
    host: 'machine',
    pid: 1234,
  }
}
