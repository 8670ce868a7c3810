/**
 * `node bench/threads.ts`: what threads bring, beside loops without them, as JSON lines. Of each process: its rate, the
 * processor time of its main thread and of all, its peak memory. `--count N` objects, `--records N`, `--rounds N`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeStore, removeStore } from './archive/objects.ts'
import { COMMAND, homeIn, ingestWords } from './ingest/embedded.ts'
import { inTurns, median, peakOf, round, run, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '60000' },
    records: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
  },
})
const [count, records, rounds] = [values.count, values.records, values.rounds].map(Number) as [
  number,
  number,
  number,
]
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const [USAGE, LOOPS, LOOP] = [
  path('threads/usage.mjs'),
  path('archive/loops.ts'),
  path('ingest/embeddedLoop.ts'),
]
const NAME = 'BnThing'
const home = mkdtempSync(join(tmpdir(), 'elysiactl-threads-'))
const at = (name: string) => join(home, name)

/** What one process took. */
interface Taken {
  readonly rate: number
  readonly peak_rss_bytes: number
  /** Processor time in seconds, its start included. */
  readonly main: number
  readonly all: number
}

/** Runs a process that reports of itself: a loop its rate, a command objects and seconds. */
async function taken(argv: readonly string[]): Promise<Taken> {
  const env = { ...homeIn(home), BENCH_USAGE: at('usage.json') }
  const { output } = await run(['--import', USAGE, ...argv], env)
  const said = JSON.parse(output)
  const report = 'restores' in said ? said.restores[0] : said
  const { objects, written, seconds, peak_rss_bytes } = report
  const rate = report.rate ?? (objects ?? written) / seconds
  return { rate, peak_rss_bytes, ...JSON.parse(readFileSync(at('usage.json'), 'utf8')) }
}

/** Says how cases stand to the first of them, round by round. */
function compareAll(what: string, items: number, cases: Readonly<Record<string, readonly Taken[]>>): void {
  const [floor] = Object.values(cases) as [readonly Taken[]]
  for (const [name, ours] of Object.entries(cases)) {
    say(`${what}: ${name}`, {
      per_s: round(median(ours.map(({ rate }) => rate)), 0),
      ...spread(ours.map(({ rate }, round) => rate / floor[round]!.rate)),
      main_us: round((Math.min(...ours.map(({ main }) => main)) / items) * 1e6, 1),
      all_us: round((Math.min(...ours.map(({ all }) => all)) / items) * 1e6, 1),
      peak_mb: peakOf(ours),
      load_average: round(loadavg()[0]!, 1),
    })
  }
}

const command = (...words: string[]) => taken([...COMMAND, ...words, '--json', '--quiet'])

async function benchBackup(): Promise<void> {
  const backUp = (threads: string) => () => {
    rmSync(at('archive'), { recursive: true, force: true })
    const words = ['--to', at('archive'), '--compression', 'zstd', '--threads', threads]
    return command('col', 'backup', NAME, '--target', `sqlite:${at('full.db')}`, ...words)
  }
  const loop =
    (...alone: string[]) =>
    () =>
      taken([LOOPS, 'backup', at('full.db'), at('loop.zst'), ...alone])
  const cases = await inTurns(rounds, {
    'bare loop, one thread': loop('alone'),
    'bare loop, zstd in two threads of its own': loop(),
    '--threads 0': backUp('0'),
    '--threads 2': backUp('2'),
  })
  compareAll('backup of an embedded store', count, cases)
}

async function benchRestore(): Promise<void> {
  const parts = readdirSync(at('archive/parts')).sort()
  const into =
    (threads: string, ...more: string[]) =>
    () => {
      removeStore(at('copy.db'))
      const words = ['--target', `sqlite:${at('copy.db')}`, '--threads', threads, ...more]
      return command('col', 'restore', at('archive'), ...words)
    }
  const cases = await inTurns(rounds, {
    'bare loop': () => {
      removeStore(at('copy.db'))
      return taken([LOOPS, 'restore', at('copy.db'), ...parts.map((name) => at(`archive/parts/${name}`))])
    },
    '--no-verify --threads 0': into('0', '--no-verify'),
    '--no-verify --threads 2': into('2', '--no-verify'),
    '--threads 0, all read back': into('0'),
    '--threads 2, all read back': into('2'),
  })
  compareAll('restore into an embedded store', count, cases)
}

async function benchIngest(): Promise<void> {
  const into = (threads: string) => () => {
    removeStore(at('ingest.db'))
    return command(
      ...ingestWords(at('records.jsonl'), at('ingest.db')),
      '--threads',
      threads,
      '--coalesce',
      'off',
    )
  }
  const cases = await inTurns(rounds, {
    'bare loop': () => {
      removeStore(at('ingest.db'))
      return taken([LOOP, at('records.jsonl'), at('ingest.db')])
    },
    '--threads 0': into('0'),
    '--threads 2': into('2'),
  })
  compareAll('ingest into an embedded store', records, cases)
}

try {
  await run([path('threads/crossing.ts')]).then(({ output }) => process.stdout.write(output))
  await makeStore(at('full.db'), NAME, { count, width: 384, textLength: 700 })
  await benchBackup()
  await benchRestore()
  await writeRecords(at('records.jsonl'), records)
  await benchIngest()
} finally {
  rmSync(home, { recursive: true })
}
