// What each reader of foreign bytes takes for an input, and for one twice as large: node bench/foreign.ts [--bytes N] [--only NAME]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { INPUTS, type InputName } from './foreign/inputs.ts'
import type { ReaderName } from './foreign/read.ts'
import { round, run, say } from './measure.ts'

const CASES: readonly (readonly [InputName, ReaderName])[] = [
  ['records', 'lines'],
  ['records, gzip', 'lines'],
  ['records, zstd', 'lines'],
  ['a record of one text', 'lines'],
  ['a record of numbers', 'lines'],
  ['a record of fractions', 'lines'],
  ['a record of escapes', 'lines'],
  ['a line of brackets', 'lines'],
  ['a line of keys', 'lines'],
  ['short lines', 'lines'],
  ['objects', 'plain'],
  ['document', 'document'],
  ['single file', 'single'],
  ['single file without an end', 'single'],
  ['jsonl parts', 'parts'],
  ['jsonl parts, zstd', 'parts'],
  ['json parts', 'parts'],
  ['Parquet parts', 'parts'],
  ['export', 'export'],
  ['list of tenants', 'rest'],
  ['reply of nothing', 'batch'],
  ['reply of nothing', 'search'],
]

/** What is held to: peak memory beyond that of the smallest input, in the largest unit there may be, and time of twice the bytes. */
const UNIT_BYTES = 64 * 1024 * 1024
const MOST_MEMORY = 10
const MOST_TIME = 2.5
const SMALL_BYTES = 100_000
const ROUNDS = 2

interface Taken {
  readonly ended: string
  readonly cpu_ms: number
  readonly peak_rss_bytes: number
}

const child = join(import.meta.dirname, 'foreign/read.ts')
const { values } = parseArgs({
  options: { bytes: { type: 'string', default: '16000000' }, only: { type: 'string' } },
})
const bytes = Number(values.bytes)
const chosen = CASES.filter(([what]) => values.only === undefined || what.includes(values.only))
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
try {
  for (const [what, how] of chosen) {
    const [small, one, two] = [
      await taken(what, how, SMALL_BYTES),
      await taken(what, how, bytes),
      await taken(what, how, 2 * bytes),
    ]
    const grown = two.peak_rss_bytes - small.peak_rss_bytes
    const time = (two.cpu_ms - small.cpu_ms) / Math.max(1, one.cpu_ms - small.cpu_ms)
    say(`${what} / ${how}`, {
      ended: two.ended,
      mb: round((2 * bytes) / 1e6, 0),
      peak_mb: round(two.peak_rss_bytes / 1e6, 0),
      of_input: round(grown / (2 * bytes)),
      of_unit: round(grown / UNIT_BYTES),
      cpu_ms: round(two.cpu_ms, 0),
      time: round(time),
      met: grown <= MOST_MEMORY * UNIT_BYTES && time <= MOST_TIME ? 'yes' : 'no',
    })
  }
} finally {
  rmSync(home, { recursive: true })
}

/** The least of some rounds, by processor time: what other processes take of the machine adds to it only. */
async function taken(what: InputName, how: ReaderName, size: number): Promise<Taken> {
  const directory = join(home, 'case')
  mkdirSync(directory)
  const { path } = await INPUTS[what](directory, size)
  const rounds: Taken[] = []
  for (let n = 0; n < ROUNDS; n++) rounds.push(JSON.parse((await run([child, how, path])).output) as Taken)
  rmSync(directory, { recursive: true })
  return {
    ended: rounds[0]!.ended,
    cpu_ms: Math.min(...rounds.map(({ cpu_ms }) => cpu_ms)),
    peak_rss_bytes: Math.min(...rounds.map(({ peak_rss_bytes }) => peak_rss_bytes)),
  }
}
