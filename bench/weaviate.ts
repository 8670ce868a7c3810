import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sourceCodeClass } from '../lib/change/sourceCodeClass.ts'
import type { Store } from '../lib/store/store.ts'
import { openWeaviate } from '../lib/store/weaviate/store.ts'
import { realServer } from '../test/double/real.ts'
import { compare, type Figures, figuresOf, round, say } from './measure.ts'
import { plainClass, recordLine } from './weaviate/data.ts'
import { BATCH, IN_FLIGHT, LOADS, type Load } from './weaviate/loads.ts'

/**
 * How fast objects come into a real Weaviate through us, beside a raw flood of the same objects in the same
 * batches, as many in flight. Each load is a process of its own, into a new collection. A server's pace
 * wanders by a factor of two, so every load of ours stands between two floods, and is measured against both.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    count: { type: 'string', default: '10000' },
    only: { type: 'string' },
    child: { type: 'string' },
    load: { type: 'string' },
  },
})

const CLASS = 'ElysiactlBench'

/** Lets the server come to rest: what it does after a load would be paid for by the next one. */
const REST_MS = 1_000

interface Row {
  readonly what: string
  readonly floor: string
  readonly ours: string
  readonly bound?: number
}

const ROWS: readonly Row[] = [
  { what: 'process-jsonl, every object sent / raw flood', floor: 'rawRecords', ours: 'ingest', bound: 0.9 },
  { what: 'process-jsonl, skip-unchanged / raw flood', floor: 'rawRecords', ours: 'ingestSkip', bound: 0.85 },
  { what: 'Collection.write, small objects / raw flood', floor: 'rawObjects', ours: 'write' },
]
const AGAIN = 'ingestAgain'

/** A load of ours with the floods before and after it, and where it skips what is unchanged, its repetition. */
interface Measured {
  readonly floor: Figures
  readonly ours: Figures
  readonly again?: Figures
}

async function measure({ http, grpc }: { http: string; grpc: string }): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-bench-'))
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const file = join(directory, 'records.jsonl')
  const load: Load = { http, grpc, class: CLASS, count: Number(values.count), file }
  try {
    await pipeline(Readable.from(linesOf(load.count)), createWriteStream(file))
    await introduce(store, load)
    for (const row of ROWS.filter(({ ours }) => (values.only ?? ours) === ours))
      await measureRow(store, load, row)
  } finally {
    await store.drop(CLASS)
    await store.close()
    await rm(directory, { recursive: true })
  }
}

async function introduce(store: Store, { file, count }: Load): Promise<void> {
  const { version } = await store.health()
  const bytes = round((await stat(file)).size / count, 1)
  say('input', {
    server: version,
    count,
    bytes_a_record: bytes,
    batch: BATCH,
    in_flight: IN_FLIGHT,
    ...busy(),
  })
}

async function measureRow(store: Store, load: Load, row: Row): Promise<void> {
  await fresh(store, load, row.floor) // Warms the server up; counts for nothing.
  const measured: Measured[] = []
  let before = await fresh(store, load, row.floor)
  for (let n = 0; n < Number(values.rounds); n++) {
    const ours = await fresh(store, load, row.ours)
    const again = row.ours === 'ingestSkip' ? { again: await once(store, load, AGAIN) } : {}
    const after = await fresh(store, load, row.floor)
    measured.push({ floor: between(before, after), ours, ...again })
    before = after
  }
  const ours = measured.map((one) => one.ours)
  compare(
    row.what,
    row.bound,
    measured.map(({ floor }) => floor),
    ours,
  )
  say('load', busy())
  const again = measured.flatMap((one) => one.again ?? [])
  if (again.length > 0) compare('the unchanged input again / its first run', 3, ours, again)
}

/** The pace of two floods taken together, for the same work. */
function between(one: Figures, other: Figures): Figures {
  const rate = 2 / (1 / one.rate + 1 / other.rate)
  return { rate, peak_rss_bytes: Math.max(one.peak_rss_bytes, other.peak_rss_bytes) }
}

async function fresh(store: Store, load: Load, name: string): Promise<Figures> {
  await store.drop(CLASS)
  await store.create(['rawObjects', 'write'].includes(name) ? plainClass(CLASS) : sourceCodeClass(CLASS))
  return once(store, load, name)
}

async function once(store: Store, load: Load, name: string): Promise<Figures> {
  await setTimeout(REST_MS)
  const argv = [fileURLToPath(import.meta.url), '--child', name, '--load', JSON.stringify(load)]
  const figures = await figuresOf(argv)
  const objects = await store.collection(CLASS).count()
  if (objects !== load.count) throw new Error(`${name} left ${objects} of ${load.count} objects`)
  say(name, { per_s: round(figures.rate, 0), ...busy() })
  return figures
}

function* linesOf(count: number): Generator<string> {
  for (let n = 0; n < count; n++) yield `${recordLine(n)}\n`
}

/** How busy the machine is, with others' work as well. */
function busy() {
  return { load_average: round(loadavg()[0]!, 1) }
}

if (values.child !== undefined) {
  const figures = await LOADS[values.child]!(JSON.parse(values.load ?? '') as Load)
  console.log(JSON.stringify(figures))
} else {
  const address = realServer()
  if (address === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
  else await measure(address)
}
