/**
 * `node bench/dashboard.ts`: what an ingest takes of the processor while a dashboard and five browsers look on, beside the same ingest alone. Needs Chromium and bash.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import puppeteer from 'puppeteer-core'
import { COMMAND, homeIn, ingestWords } from './embedded.ts'
import { inTurns, median, round, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '150000' }, rounds: { type: 'string', default: '7' } },
})
const BROWSERS = 5
const home = mkdtempSync(join(tmpdir(), 'elysiactl-bench-'))
const env = { ...process.env, ...homeIn(home) }
const file = join(home, 'records.jsonl')
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})

try {
  await writeRecords(file, Number(values.count))
  ingestSeconds()
  const taken = await inTurns(Number(values.rounds), {
    alone: async () => ingestSeconds(),
    watched: () => watched(ingestSeconds),
  })
  const ratios = taken.watched.map((seconds, index) => seconds / taken.alone[index]!)
  const [alone_s, watched_s] = [taken.alone, taken.watched].map((all) => round(median(all), 2))
  say('ingest with a dashboard and 5 browsers / alone: seconds of the processor', {
    alone_s: alone_s!,
    watched_s: watched_s!,
    ...spread(ratios),
    at_most: 1.03,
  })
} finally {
  await browser.close()
  rmSync(home, { recursive: true })
}

/** Runs an ingest into a new store; answers its user and system time. */
function ingestSeconds(): number {
  const store = join(home, 'store.db')
  for (const end of ['', '-wal', '-shm']) rmSync(`${store}${end}`, { force: true })
  const words = [process.execPath, ...COMMAND, ...ingestWords(file, store), '--fresh', '--quiet']
  const { stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time "$@"`, 'time', ...words], {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const [user, system] = stderr.trim().split(/\s+/).slice(-2).map(Number)
  return user! + system!
}

async function watched(work: () => number): Promise<number> {
  const dashboard = spawn(process.execPath, [...COMMAND, 'dashboard', '--quiet'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [link] = (await once(dashboard.stdout, 'data')) as [Buffer]
  const pages = await Promise.all(Array.from({ length: BROWSERS }, () => browser.newPage()))
  for (const page of pages) {
    await page.goto(link.toString().trim())
    await page.waitForSelector('h1')
  }
  const seconds = work()
  for (const page of pages) await page.close()
  dashboard.kill('SIGINT')
  await once(dashboard, 'close')
  return seconds
}
