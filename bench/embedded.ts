import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inTurns, round, run, say } from './measure.ts'

const COMMAND = fileURLToPath(new URL('../bin/elysiactl.js', import.meta.url))
const LOOP = fileURLToPath(new URL('embeddedLoop.ts', import.meta.url))
const FLAGS = ['--max-semi-space-size=16']

interface Figures {
  readonly rate: number
  readonly peak_rss_bytes: number
}

/** What the command reports of one file into an embedded store. */
export async function ingestFile(file: string, store: string, home: string): Promise<Figures> {
  const args = [
    'index',
    'process-jsonl',
    file,
    '--collection',
    'source-code',
    '--target',
    `sqlite:${store}`,
    '--json',
  ]
  const { output } = await run([...FLAGS, COMMAND, ...args], { XDG_STATE_HOME: home, XDG_DATA_HOME: home })
  return JSON.parse(output) as Figures
}

/** process-jsonl into the embedded store, durable checkpoints included, beside a loop with the same INSERTs. */
export async function benchEmbedded(file: string, home: string): Promise<void> {
  let peak = 0
  const noting = async (figures: Promise<Figures>) => {
    const { rate, peak_rss_bytes } = await figures
    peak = Math.max(peak, peak_rss_bytes)
    return rate
  }
  const store = join(home, 'bench.db')
  const rates = await inTurns(5, {
    loop: async () => {
      const path = join(home, 'loop.db')
      for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
      return (JSON.parse((await run([LOOP, file, path])).output) as Figures).rate
    },
    first: () => {
      for (const end of ['', '-wal', '-shm']) rmSync(store + end, { force: true })
      return noting(ingestFile(file, store, home))
    },
    again: () => noting(ingestFile(file, store, home)),
  })
  say('process-jsonl into the embedded store / bare loop with the same INSERTs', {
    loop_per_s: round(rates.loop, 0),
    ours_per_s: round(rates.first, 0),
    ratio: round(rates.first / rates.loop),
    at_least: 0.6,
    unchanged_again_per_s: round(rates.again, 0),
    peak_rss_mb: round(peak / 1e6, 0),
  })
}
