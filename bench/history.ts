/**
 * `node bench/history.ts [--runs N] [--rounds N]`: a history of 100,000 runs: each query beside the same rows asked of SQLite
 * alone, the report, and its size on disk; what noting runs costs an ingest; and how well slower runs are told from
 * noise, with numbers that are the same at every call. Needs `npm run build`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import type { HistoryChoice } from '../lib/monitor/history/entry.ts'
import { History } from '../lib/monitor/history/history.ts'
import { LAST_SUCCESSES } from '../lib/monitor/history/table/last.ts'
import { queryOf, SELECT_RUNS, splitChoice } from '../lib/monitor/history/table/query.ts'
import { report } from '../lib/monitor/report/report.ts'
import { DAYS, entryOf, HOUR_MS, NOW, numbers } from './history/entries.ts'
import { benchRegressions } from './history/slower.ts'
import { COMMAND, homeIn, ingestWords } from './ingest/embedded.ts'
import { inTurns, median, round, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '21' },
    records: { type: 'string', default: '300000' },
  },
})
const RUNS = Number(values.runs)
const ROUNDS = Number(values.rounds)
const RECORDS = Number(values.records)
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
const file = join(home, 'history.db')

try {
  const history = new History(file)
  const seconds = fill(history)
  say('fill the history', { runs: RUNS, per_second: round(RUNS / seconds, 0) })
  const floor = new Database(file, { readonly: true })
  await benchLists(history, floor)
  await benchOthers(history, floor)
  floor.close()
  await benchReport(history)
  history.close()
  say('on disk', { mb: round(statSync(file).size / 1e6, 1), at_most: 100 })
  benchRegressions()
  await benchIngest()
} finally {
  rmSync(home, { recursive: true })
}

/** Each as a transaction of its own, as the ends of runs are. */
function fill(history: History): number {
  const next = numbers(1)
  const startedMs = performance.now()
  for (let one = 0; one < RUNS; one += 1) history.put(entryOf(one, RUNS, next))
  return (performance.now() - startedMs) / 1000
}

async function benchLists(history: History, floor: Database.Database): Promise<void> {
  const since = new Date(NOW - 30 * 24 * HOUR_MS).toISOString()
  const choices: Readonly<Record<string, HistoryChoice>> = {
    'newest 50': { limit: 50 },
    'failed or killed, 50': { status: ['failed', 'killed'], limit: 50 },
    'a kind, 50': { kind: ['diff'], limit: 50 },
    'a rare collection, 50': { collection: 'Collection39', limit: 50 },
    'a kind of a collection, failed, 50': {
      ...{ kind: ['restore'], collection: 'Collection39', status: ['failed'] },
      limit: 50,
    },
    'a month ago, 50': { before: since, limit: 50 },
    'what is not there': { collection: 'None', kind: ['backup'], since, limit: 50 },
  }
  for (const [what, choice] of Object.entries(choices)) {
    const statements = splitChoice(choice).map((one) => {
      const { sql, values: bound } = queryOf(one)
      return floor.prepare(`${SELECT_RUNS} ${sql}`).bind(...bound)
    })
    const rows = history.list(choice).length
    await tell(
      `list: ${what}`,
      10,
      { rows },
      () => statements.forEach((one) => void one.all()),
      () => void history.list(choice),
    )
  }
}

async function benchOthers(history: History, floor: Database.Database): Promise<void> {
  const since = new Date(NOW - 30 * 24 * HOUR_MS).toISOString()
  const [newest] = history.list({ limit: 1, before: since })
  const one = floor.prepare(`${SELECT_RUNS} WHERE id = ?`)
  const id = newest!.id
  await tell(
    'show',
    10,
    {},
    () => void one.all(id),
    () => void history.find(id),
  )
  await tell(
    'show by its beginning',
    10,
    {},
    () => void one.all(id),
    () => void history.find(id.slice(0, -1)),
  )
  const sums = floor.prepare('SELECT * FROM totals')
  await tell(
    'figures for metrics',
    10,
    {},
    () => void sums.all(),
    () => void history.figures(),
  )
  const last = floor.prepare(LAST_SUCCESSES)
  await tell(
    'last successes',
    10,
    { rows: last.all().length },
    () => void last.all(),
    () => void history.lastSuccesses(),
  )
  await tell(
    'put',
    10,
    {},
    () => {},
    () => history.put(entryOf(RUNS, RUNS, numbers(2))),
  )
  await tell(
    'prune, nothing to go',
    10,
    {},
    () => {},
    () => void history.prune({ runs: RUNS * 2 }),
  )
}

async function benchReport(history: History): Promise<void> {
  for (const days of [7, 30, DAYS]) {
    const since = new Date(NOW - days * 24 * HOUR_MS).toISOString()
    const { seconds } = await medians({
      seconds: async () => void (await report({ history }, { since, nowMs: NOW })),
    })
    const points = history
      .subjects(since, 1)
      .flatMap(({ counts }) => Object.values(counts))
      .reduce((sum, count) => sum + count, 0)
    say(`report of ${days} days`, { runs: points, ms: round(seconds! * 1000, 1), at_most: 150 })
  }
}

/** The same ingest with and without a history, in turns: by processor time. */
async function benchIngest(): Promise<void> {
  const input = join(home, 'records.jsonl')
  await writeRecords(input, RECORDS)
  let turn = 0
  const ingest = (env: Readonly<Record<string, string>>) => async () => {
    turn += 1
    const store = join(home, `store-${turn}.db`)
    const seconds = await cpuSecondsOf([...COMMAND, ...ingestWords(input, store), '--quiet'], {
      ...homeIn(home),
      ...env,
    })
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${store}${suffix}`, { force: true })
    return seconds
  }
  const taken = await inTurns(7, { off: ingest({ ELYSIACTL_KEEP_RUNS: '0' }), on: ingest({}) })
  const ratios = taken.on.map((one, index) => one / taken.off[index]!)
  say(`ingest of ${RECORDS} records with a history / without, processor time`, {
    off_s: round(median(taken.off), 3),
    on_s: round(median(taken.on), 3),
    ...spread(ratios),
    at_most: 1.02,
  })
}

/** The processor time of a process of Node, as the shell counts it: its own, and that of the system for it. */
async function cpuSecondsOf(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1'
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (child.exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${child.exitCode}`)
  return said
    .trim()
    .split(' ')
    .reduce((sum, one) => sum + Number(one), 0)
}

async function medians(
  calls: Readonly<Record<string, () => Promise<void>>>,
): Promise<Record<string, number>> {
  const timed = Object.entries(calls).map(([name, call]) => {
    const time = async () => {
      const startedMs = performance.now()
      await call()
      return (performance.now() - startedMs) / 1000
    }
    return [name, time] as const
  })
  const taken = await inTurns(ROUNDS, Object.fromEntries(timed))
  return Object.fromEntries(Object.entries(taken).map(([name, all]) => [name, median(all)]))
}

async function tell(
  what: string,
  most: number,
  more: object,
  floor: () => void,
  ours: () => void,
): Promise<void> {
  const { floor: bare, ours: own } = await medians({ floor: async () => floor(), ours: async () => ours() })
  say(what, { ...more, floor_ms: round(bare! * 1000, 2), ours_ms: round(own! * 1000, 2), at_most: most })
}
