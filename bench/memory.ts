/**
 * `node bench/memory.ts [TARGET]`: what jobs on records of 2 MB take under `--max-memory`, beside the same without it: peak
 * memory, time, and time of the processor. In embedded stores; with TARGET also a real server. As JSON lines.
 * `--limit 200MB --count N --text BYTES`.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openStore } from '../lib/store/open.ts'
import { parseTarget } from '../lib/store/target.ts'
import { COMMAND, homeIn } from './ingest/embedded.ts'
import { round, run, say } from './measure.ts'

const USAGE = fileURLToPath(new URL('threads/usage.mjs', import.meta.url))
const NAME = 'BnLarge'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '200MB' },
    count: { type: 'string', default: '100' },
    text: { type: 'string', default: '2000000' },
  },
})
const [server] = positionals
const home = mkdtempSync(join(tmpdir(), 'elysiactl-memory-'))
const file = (name: string) => join(home, name)
const sqlite = (name: string) => `sqlite:${file(name)}`

async function fill(target: string): Promise<void> {
  const store = await openStore(parseTarget(target))
  await store.create({ class: NAME, properties: [{ name: 'body', dataType: ['text'] }] })
  for (let n = 0; n < Number(values.count); n++) {
    const id = `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`
    await store
      .collection(NAME)
      .write([{ id, properties: { body: randomBytes(Number(values.text) / 2).toString('hex') } }])
  }
  await store.close()
}

async function drop(target: string): Promise<void> {
  const store = await openStore(parseTarget(target))
  await store.drop(NAME)
  await store.close()
}

interface Taken {
  readonly peak: number
  readonly seconds: number
  readonly cpu: number
}

async function taken(words: readonly string[]): Promise<Taken> {
  const usage = file('usage.json')
  const begun = performance.now()
  await run(['--import', USAGE, ...COMMAND, ...words, '--quiet'], { ...homeIn(home), BENCH_USAGE: usage })
  const seconds = (performance.now() - begun) / 1000
  const { all, peak } = JSON.parse(readFileSync(usage, 'utf8')) as {
    readonly all: number
    readonly peak: number
  }
  return { peak, seconds, cpu: all }
}

/** A job without and with the limit; `clear` comes before each. */
async function both(what: string, words: readonly string[], clear: () => unknown): Promise<void> {
  await clear()
  const free = await taken(words)
  await clear()
  const limited = await taken([...words, '--max-memory', values.limit])
  say(`${what} under --max-memory ${values.limit} / without`, {
    peak_mb: round(limited.peak, 0),
    without_mb: round(free.peak, 0),
    seconds: round(limited.seconds, 1),
    times: round(limited.seconds / free.seconds),
    cpu_times: round(limited.cpu / free.cpu),
    at_most_times: 3,
    load: round(loadavg()[0]!, 1),
  })
}

const remove = (name: string) => () => rmSync(file(name), { recursive: true, force: true })
const removed = (name: string) => () => {
  for (const end of ['', '-wal', '-shm']) remove(name + end)()
}

async function jobs(where: string, source: string, target: string, clear: () => unknown): Promise<void> {
  const [lines, tables] = [file('lines'), file('tables')]
  await both(`${where}: backup`, ['col', 'backup', NAME, '--target', source, '--to', lines], remove('lines'))
  const parquet = ['col', 'backup', NAME, '--target', source, '--to', tables, '--format', 'parquet']
  await both(`${where}: backup as Parquet`, parquet, remove('tables'))
  await both(`${where}: restore`, ['col', 'restore', lines, '--target', target], clear)
  const overwrite = ['col', 'restore', lines, '--target', target, '--on-conflict', 'overwrite', '--fresh']
  await both(`${where}: overwrite with undo`, overwrite, () => {})
  await both(`${where}: diff`, ['diff', lines, `${target}#${NAME}`], () => {})
  await both(`${where}: restore of Parquet`, ['col', 'restore', tables, '--target', target], clear)
  await both(`${where}: copy`, ['col', 'copy', `${source}#${NAME}`, `${target}#${NAME}`], clear)
  for (const one of ['lines', 'tables']) remove(one)()
}

try {
  await fill(sqlite('source.db'))
  await jobs('embedded', sqlite('source.db'), sqlite('target.db'), removed('target.db'))
  if (server !== undefined) {
    await drop(server)
    await jobs('server', sqlite('source.db'), server, () => drop(server))
    await drop(server)
  }
} finally {
  rmSync(home, { recursive: true })
}
