/**
 * `npm run bench`: every figure beside its floor, as JSON lines. `npm run bench -- --large` adds the 1 GB input.
 * What takes a server or long is `bench/weaviate.ts` and `bench/archive.ts`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchArchiveEmbedded, benchArchiveVerify } from './archive/embedded.ts'
import { benchEmbedded, COMMAND, homeIn, ingestFile, ingestWords } from './ingest/embedded.ts'
import { benchStages } from './ingest/stages.ts'
import { inTurns, median, peakOf, round, run, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: { large: { type: 'boolean', default: false }, rounds: { type: 'string', default: '7' } },
})
const ROUNDS = Number(values.rounds)
const RECORDS = 200_000
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))

try {
  const file = join(home, 'records.jsonl')
  await writeRecords(file, RECORDS)
  say('input', { records: RECORDS, bytes_a_record: round(statSync(file).size / RECORDS, 1), ...load() })
  await benchStart()
  await benchStages(file, ROUNDS)
  await benchEmbedded(file, home, ROUNDS)
  const shape = { count: 20_000, width: 384, textLength: 700 }
  await benchArchiveEmbedded(home, ROUNDS, shape)
  await benchArchiveVerify(home, ROUNDS, { ...shape, count: 50_000 })
  await benchMemory(values.large ? 1_430_000 : RECORDS)
  say('end', load())
} finally {
  rmSync(home, { recursive: true })
}

/** How busy the machine is, with others' work as well. */
function load() {
  return { load_average: round(loadavg()[0]!, 1) }
}

async function benchStart(): Promise<void> {
  const ten = join(home, 'ten.jsonl')
  await writeRecords(ten, 10)
  const ingest = [...COMMAND, ...ingestWords(ten, join(home, 'ten.db')), '--quiet']
  const seconds = await inTurns(ROUNDS * 5, {
    node: async () => (await run(['-e', '0'])).seconds,
    version: async () => (await run([...COMMAND, '--version'])).seconds,
    ten: async () => (await run(ingest, homeIn(home))).seconds,
  })
  const peak_mb = peakOf([await ingestFile(ten, join(home, 'ten.db'), home)])
  const startOf = (what: string, ours: readonly number[], bound: number, more = {}) => {
    const ratios = ours.map((taken, round) => taken / seconds.node[round]!)
    const [node_ms, ours_ms] = [seconds.node, ours].map((all) => round(median(all) * 1000, 1))
    say(`${what} / node -e 0`, {
      node_ms: node_ms!,
      ours_ms: ours_ms!,
      ...spread(ratios),
      at_most: bound,
      ...more,
    })
  }
  startOf('--version', seconds.version, 1.5)
  startOf('10-line file into the embedded store', seconds.ten, 4, { peak_mb })
}

async function benchMemory(records: number): Promise<void> {
  const [small, large] = [join(home, 'small.jsonl'), join(home, 'large.jsonl')]
  await writeRecords(small, 13_500)
  await writeRecords(large, records)
  const smalls = [1, 2, 3].map((n) => () => ingestFile(small, join(home, `small${n}.db`), home))
  const peaks = []
  for (const ingest of smalls) peaks.push(await ingest())
  const whole = await ingestFile(large, join(home, 'large.db'), home)
  const small_peak_mb = median(peaks.map((one) => peakOf([one])))
  say('peak memory, large input / small input', {
    small_mb: round(statSync(small).size / 1e6, 0),
    large_mb: round(statSync(large).size / 1e6, 0),
    small_peak_mb,
    large_peak_mb: peakOf([whole]),
    large_per_s: round(whole.rate, 0),
    ratio: round(peakOf([whole]) / small_peak_mb),
    at_most: 1.2,
  })
}
