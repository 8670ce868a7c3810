/**
 * `node bench/copy.ts TARGET TARGET`: a copy from one real server into another, beside the slower of a scan of the one and a
 * flood of the other, and beside a bare copy, which reads and writes at once: where both servers and the command share two
 * processors, it shows what these allow. As JSON lines. `--rounds N --count N --width N --text N --index hnsw|flat`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openStore } from '../lib/store/open.ts'
import { parseTarget } from '../lib/store/target.ts'
import { archiveClass, fill } from './archive/objects.ts'
import type { Load } from './archive/serverLoads.ts'
import { COMMAND, homeIn } from './ingest/embedded.ts'
import { compare, type Figures, figuresOf, inTurns, round, run, say } from './measure.ts'

const LOADS = fileURLToPath(new URL('archive/serverLoads.ts', import.meta.url))
const NAME = 'BnCopied'
const WORKERS = 4
/** Lets servers come to rest: what they do after a load would be paid for by the next one. */
const REST_MS = 1_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '20000' },
    width: { type: 'string', default: '384' },
    text: { type: 'string', default: '700' },
    index: { type: 'string', default: 'hnsw' },
  },
})
const [from, into] = positionals
if (from === undefined || into === undefined) throw new Error('give two targets of real servers')
const shape = { count: Number(values.count), width: Number(values.width), textLength: Number(values.text) }
const home = mkdtempSync(join(tmpdir(), 'elysiactl-copy-'))
const [source, target] = [await openStore(parseTarget(from)), await openStore(parseTarget(into))]
const drop = () => Promise.all([source.drop(NAME), target.drop(NAME)])

try {
  await drop()
  await source.create(archiveClass(NAME, values.index))
  await fill(source.collection(NAME), shape)
  const { scan, flood, bare, copy } = await inTurns(Number(values.rounds), {
    scan: () => rested(() => figuresOf([LOADS, 'scan', JSON.stringify(loadOf(from))])),
    flood: () => fresh(true, () => figuresOf([LOADS, 'flood', JSON.stringify(loadOf(into))])),
    bare: () => fresh(true, () => figuresOf([LOADS, 'bareCopy', JSON.stringify(bareLoad(from, into))])),
    copy: () => fresh(false, copied),
  })
  const slower = scan.map((one, at) => (one.rate < flood[at]!.rate ? one : flood[at]!))
  compare('raw flood / raw scan', undefined, scan, flood)
  compare('bare copy / the slower of raw scan and raw flood', undefined, slower, bare)
  compare('col copy / the slower of raw scan and raw flood', 0.9, slower, copy)
  compare('col copy / bare copy', 0.9, bare, copy)
  say('end', { load_average: round(loadavg()[0]!, 1) })
} finally {
  await drop()
  await source.close()
  await target.close()
  rmSync(home, { recursive: true })
}

function loadOf(address: string): Load {
  const node = parseTarget(address)
  if (node.kind !== 'weaviate') throw new Error(`${address} is no server`)
  const { http, grpc } = node.nodes[0]
  return { http, grpc, class: NAME, workers: WORKERS, shape }
}

function bareLoad(one: string, other: string): Load {
  const { http, grpc } = loadOf(one)
  return { ...loadOf(other), from: { http, grpc } }
}

/** Its rate is over all it does once it is connected. */
async function copied(): Promise<Figures> {
  const words = [
    'col',
    'copy',
    `${from}#${NAME}`,
    `${into}#`,
    '--workers',
    String(WORKERS),
    '--json',
    '--quiet',
  ]
  const { output } = await run([...COMMAND, ...words], homeIn(home))
  const { copies } = JSON.parse(output) as {
    readonly copies: readonly [Figures & { readonly objects: number; readonly seconds: number }]
  }
  return { ...copies[0], rate: copies[0].objects / copies[0].seconds }
}

async function fresh(made: boolean, work: () => Promise<Figures>): Promise<Figures> {
  await target.drop(NAME)
  if (made) await target.create(archiveClass(NAME, values.index))
  const figures = await rested(work)
  const objects = await target.collection(NAME).count()
  if (objects !== shape.count) throw new Error(`${NAME} has ${objects} of ${shape.count} objects`)
  return figures
}

async function rested(work: () => Promise<Figures>): Promise<Figures> {
  await setTimeout(REST_MS)
  return work()
}
