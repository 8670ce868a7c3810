/**
 * `node bench/dashboard.ts [--only page|ingest]`: how soon the page is painted with 10,000 runs of 1,000 collections, served and as a
 * file, and how soon a change of another process is on the screen; and what an ingest takes of the processor while a dashboard
 * and five browsers look on, beside the same ingest alone. Needs Chromium, bash and `npm run build`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import puppeteer, { type Page } from 'puppeteer-core'
import { History } from '../lib/monitor/history/history.ts'
import { at, entryOf, running } from '../test/monitor/dashboard/madeUp.ts'
import { COMMAND, homeIn, ingestWords } from './ingest/embedded.ts'
import { inTurns, median, round, say, spread, writeRecords } from './measure.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '150000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
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
  if (values.only !== 'ingest') await benchPage()
  if (values.only !== 'page') await benchIngest()
} finally {
  await browser.close()
  rmSync(home, { recursive: true })
}

async function benchIngest(): Promise<void> {
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
}

async function benchPage(): Promise<void> {
  const history = fillHistory()
  const written = join(home, 'dashboard.html')
  const words = [...COMMAND, 'dashboard', '--export', written, '--json']
  const { stdout } = spawnSync(process.execPath, words, { env, encoding: 'utf8' })
  say('10,000 runs of 1,000 collections as a file', {
    bytes: (JSON.parse(stdout) as { bytes: number }).bytes,
    at_most: 2_000_000,
  })
  const dashboard = spawn(process.execPath, [...COMMAND, 'dashboard', '--quiet'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [link] = (await once(dashboard.stdout, 'data')) as [Buffer]
    const page = await browser.newPage()
    await page.goto(link.toString().trim())
    const file = await browser.newPage()
    await file.goto(pathToFileURL(written).href)
    const painted = await inTurns(Number(values.rounds), {
      served: () => paintMs(page),
      file: () => paintMs(file),
    })
    say('first paint, ms', {
      served: round(median(painted.served), 0),
      file: round(median(painted.file), 0),
      at_most: 500,
    })
    // A page that is not seen draws nothing.
    await page.bringToFront()
    const took = await changesMs(page, history)
    say('from a change of another process to the screen, ms', {
      median: round(median(took), 0),
      p95: round(took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.95)]!, 0),
      at_most: 500,
    })
  } finally {
    history.close()
    dashboard.kill('SIGINT')
    await once(dashboard, 'close')
  }
}

function fillHistory(): History {
  mkdirSync(join(home, 'elysiactl'))
  const history = new History(join(home, 'elysiactl', 'history.db'))
  for (let run = 0; run < 10_000; run += 1) {
    const started_at = new Date(Date.now() - run * 240_000).toISOString()
    history.put(
      entryOf({ id: `run-${run}`, collection: `Collection${run % 1000}`, started_at, ended_at: started_at }),
    )
  }
  return history
}

async function paintMs(page: Page): Promise<number> {
  await page.bringToFront()
  await page.reload()
  await page.waitForSelector('h1')
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
}

/** Forty changes of a run, each of which is seen before the next one. */
async function changesMs(page: Page, history: History): Promise<number[]> {
  const took: number[] = []
  for (let done = 1; done <= 40; done += 1) {
    const began = Date.now()
    history.put({ ...running(done), started_at: at(0) })
    const figures = "document.querySelector('#running .figures')?.textContent"
    await page.waitForFunction(`${figures}?.includes('${done} of 110,000')`, { polling: 'mutation' })
    took.push(Date.now() - began)
    await wait(150)
  }
  return took
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
