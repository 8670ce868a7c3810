/**
 * `node bench/far.ts TARGET TARGET`: copy, backup and restore between real servers as from another region (100 ms there and back,
 * the connection of one request in a hundred reset), beside their own rate without, as JSON lines. The floor goes through the same
 * proxies, which neither wait nor reset: what they take of the processors is no distance. Without any proxy is a line of its own.
 * `--rounds N --count N --width N --text N --index hnsw|flat --workers auto|N --round-trip MS`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openStore } from '../lib/store/open.ts'
import { parseTarget } from '../lib/store/target.ts'
import type { Distance } from '../test/double/far.ts'
import { archiveCommand, backUp } from './archive/command.ts'
import { archiveClass, fill } from './archive/objects.ts'
import type { Load } from './archive/serverLoads.ts'
import { COMMAND, homeIn } from './ingest/embedded.ts'
import { compare, type Figures, figuresOf, inTurns, round, run, say } from './measure.ts'

const PROXY = fileURLToPath(new URL('../test/double/far.ts', import.meta.url))
const LOADS = fileURLToPath(new URL('archive/serverLoads.ts', import.meta.url))
const NAME = 'BnFar'
const HERE: Distance = { roundTripMs: 0, resets: 0 }
const AT_LEAST = 0.7
/** Of the raw flood: as many as hide a round trip. */
const IN_FLIGHT = 8

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    count: { type: 'string', default: '60000' },
    width: { type: 'string', default: '64' },
    text: { type: 'string', default: '700' },
    index: { type: 'string', default: 'flat' },
    workers: { type: 'string', default: 'auto' },
    'round-trip': { type: 'string', default: '100' },
  },
})
const [from, into] = positionals
if (from === undefined || into === undefined) throw new Error('give two targets of real servers')
const shape = { count: Number(values.count), width: Number(values.width), textLength: Number(values.text) }
const roundTripMs = Number(values['round-trip'])
const home = mkdtempSync(join(tmpdir(), 'elysiactl-far-'))
const archive = join(home, 'archive')
const [source, target] = [await openStore(parseTarget(from)), await openStore(parseTarget(into))]
const drop = () => Promise.all([source.drop(NAME), target.drop(NAME)])
const proxies: ChildProcess[] = []

try {
  await drop()
  await source.create(archiveClass(NAME, values.index))
  await fill(source.collection(NAME), shape)
  const [farFrom, farInto] = [await proxied(from, { seed: 1 }), await proxied(into, { seed: 2 })]
  const calm = await proxied(into, { resets: 0 })
  const [beside, besideInto] = [await proxied(from, HERE), await proxied(into, HERE)]
  await backUp(NAME, from, archive, home)
  const taken = await inTurns(Number(values.rounds), {
    flood: () => fresh(true, () => figuresOf([LOADS, 'flood', JSON.stringify(loadOf(calm))])),
    bare: () => fresh(false, () => copied(from, into)),
    near: () => fresh(false, () => copied(beside, besideInto)),
    far: () => fresh(false, () => copied(farFrom, farInto)),
    backup: () => backUp(NAME, beside, join(home, 'near'), home, ...workers()),
    farBackup: () => backUp(NAME, farFrom, join(home, 'far'), home, ...workers()),
    restore: () => fresh(false, () => restored(besideInto)),
    farRestore: () => fresh(false, () => restored(farInto)),
  })
  compare('raw flood from afar, no resets / col copy', undefined, taken.near, taken.flood)
  compare('col copy through proxies / without', undefined, taken.bare, taken.near)
  compare('col copy from afar, with resets / without proxies', undefined, taken.bare, taken.far)
  compare('col copy from afar, with resets / without both', AT_LEAST, taken.near, taken.far)
  compare('col backup from afar, with resets / without both', AT_LEAST, taken.backup, taken.farBackup)
  compare('col restore from afar, with resets / without both', AT_LEAST, taken.restore, taken.farRestore)
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  for (const proxy of proxies) proxy.kill()
  await drop()
  await source.close()
  await target.close()
  rmSync(home, { recursive: true })
}

/** The address of a server as it is seen from another region; its proxy is a process of its own. */
async function proxied(address: string, distance: Distance): Promise<string> {
  const argv = [PROXY, address, JSON.stringify({ roundTripMs, resets: 0.01, ...distance })]
  const proxy = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  proxies.push(proxy)
  for await (const line of createInterface(proxy.stdout)) return line
  throw new Error(`no proxy stands before ${address}`)
}

function workers(): string[] {
  return ['--workers', values.workers]
}

function loadOf(address: string): Load {
  const node = parseTarget(address)
  if (node.kind !== 'weaviate') throw new Error(`${address} is no server`)
  const { http, grpc } = node.nodes[0]
  return { http, grpc, class: NAME, workers: IN_FLIGHT, shape }
}

/** Its rate is over all it does once it is connected. */
async function copied(one: string, other: string): Promise<Figures> {
  const words = ['col', 'copy', `${one}#${NAME}`, `${other}#`, '--json', '--quiet', ...workers()]
  const { output } = await run([...COMMAND, ...words], homeIn(home))
  const { copies } = JSON.parse(output) as {
    readonly copies: readonly [Figures & { readonly objects: number; readonly seconds: number }]
  }
  return { ...copies[0], rate: copies[0].objects / copies[0].seconds }
}

function restored(address: string): Promise<Figures> {
  return archiveCommand(['restore', archive, '--name', NAME, '--target', address, ...workers()], home)
}

async function fresh(made: boolean, work: () => Promise<Figures>): Promise<Figures> {
  await target.drop(NAME)
  if (made) await target.create(archiveClass(NAME, values.index))
  const figures = await work()
  const objects = await target.collection(NAME).count()
  if (objects !== shape.count) throw new Error(`${NAME} has ${objects} of ${shape.count} objects`)
  return figures
}
