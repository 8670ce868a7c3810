/** `npm run bench`: every figure beside its floor, as JSON lines. `npm run bench -- --large` adds the 1 GB input. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchEmbedded, ingestFile } from './embedded.ts'
import { inTurns, round, run, say, writeRecords } from './measure.ts'
import { benchStages } from './stages.ts'

const COMMAND = fileURLToPath(new URL('../bin/elysiactl.js', import.meta.url))
const RECORDS = 200_000
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))

try {
  const file = join(home, 'records.jsonl')
  await writeRecords(file, RECORDS)
  await benchStages(file, RECORDS)
  await benchEmbedded(file, home)
  await benchStart()
  await benchMemory(process.argv.includes('--large') ? 1_450_000 : RECORDS)
} finally {
  rmSync(home, { recursive: true })
}

async function benchStart(): Promise<void> {
  const ten = join(home, 'ten.jsonl')
  await writeRecords(ten, 10)
  const env = { XDG_STATE_HOME: home, XDG_DATA_HOME: home }
  const ingest = [
    'index',
    'process-jsonl',
    ten,
    '--collection',
    'source-code',
    '--target',
    `sqlite:${join(home, 'ten.db')}`,
  ]
  const seconds = await inTurns(15, {
    node: async () => (await run(['-e', '0'])).seconds,
    version: async () => (await run([COMMAND, '--version'])).seconds,
    ten: async () => (await run([COMMAND, ...ingest, '--quiet'], env)).seconds,
  })
  say('start-up / node -e 0', {
    node_ms: round(seconds.node * 1000, 0),
    version_ms: round(seconds.version * 1000, 0),
    version_ratio: round(seconds.version / seconds.node),
    version_at_most: 1.5,
    ten_lines_ms: round(seconds.ten * 1000, 0),
    ten_lines_ratio: round(seconds.ten / seconds.node),
    ten_lines_at_most: 4,
  })
}

async function benchMemory(records: number): Promise<void> {
  const [small, large] = [join(home, 'small.jsonl'), join(home, 'large.jsonl')]
  await writeRecords(small, 14_500)
  await writeRecords(large, records)
  const peaks = await inTurns(1, {
    small: async () => (await ingestFile(small, join(home, 'small.db'), home)).peak_rss_bytes,
    large: async () => (await ingestFile(large, join(home, 'large.db'), home)).peak_rss_bytes,
  })
  say('peak memory, large input / small input', {
    small_mb: round(statSync(small).size / 1e6, 0),
    large_mb: round(statSync(large).size / 1e6, 0),
    small_peak_mb: round(peaks.small / 1e6, 0),
    large_peak_mb: round(peaks.large / 1e6, 0),
    ratio: round(peaks.large / peaks.small),
    at_most: 1.2,
  })
}
