import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { sourceCodeClass } from '../lib/change/sourceCodeClass.ts'
import type { Store } from '../lib/store/store.ts'
import { openWeaviate } from '../lib/store/weaviate.ts'
import { realServer } from '../test/double/real.ts'
import { plainClass, recordLine } from './weaviate/data.ts'
import { BATCH, IN_FLIGHT, LOADS, type Load, type Taken } from './weaviate/loads.ts'

/**
 * How fast objects come into a real Weaviate through us, beside a raw flood of the same objects.
 * Each load is a process of its own, on a fresh collection (`ingestAgain`: on the one that `ingestSkip` has
 * filled); the loads take turns, round by round. Prints a JSON line a load, and a table of medians.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    count: { type: 'string', default: '20000' },
    child: { type: 'string' },
    load: { type: 'string' },
  },
})

/** What each load is measured against. */
const FLOORS: Readonly<Record<string, string>> = {
  write: 'rawObjects',
  ingest: 'rawRecords',
  ingestSkip: 'rawRecords',
  ingestAgain: 'rawRecords',
}
const CLASS = 'ElysiactlBench'

async function measure({ http, grpc }: { http: string; grpc: string }): Promise<void> {
  const count = Number(values.count)
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-bench-'))
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const load: Load = { http, grpc, class: CLASS, count, file: join(directory, 'records.jsonl') }
  try {
    await writeRecords(load)
    const taken = await rounds(store, load)
    console.table(table(taken, count))
  } finally {
    await store.drop(CLASS)
    await store.close()
    await rm(directory, { recursive: true })
  }
}

async function rounds(store: Store, load: Load): Promise<Record<string, Taken[]>> {
  const taken: Record<string, Taken[]> = {}
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const name of orderOf(round)) {
      if (name !== 'ingestAgain') await emptied(store, name)
      const one = await run(name, load)
      const objects = await store.collection(CLASS).count()
      if (objects !== load.count) throw new Error(`${name} left ${objects} of ${load.count} objects`)
      taken[name] = [...(taken[name] ?? []), one]
      console.log(
        JSON.stringify({ round, load: name, count: load.count, batch: BATCH, inFlight: IN_FLIGHT, ...one }),
      )
    }
  }
  return taken
}

/** Every other round backwards, so that none always follows the same; `ingestAgain` stays after its first. */
function orderOf(round: number): string[] {
  const names = Object.keys(LOADS).filter((name) => name !== 'ingestAgain')
  const order = round % 2 === 1 ? names : names.toReversed()
  return order.flatMap((name) => (name === 'ingestSkip' ? [name, 'ingestAgain'] : [name]))
}

async function emptied(store: Store, name: string): Promise<void> {
  await store.drop(CLASS)
  const isPlain = (FLOORS[name] ?? name) === 'rawObjects'
  await store.create(isPlain ? plainClass(CLASS) : sourceCodeClass(CLASS))
}

async function run(name: string, load: Load): Promise<Taken> {
  const argv = [fileURLToPath(import.meta.url), '--child', name, '--load', JSON.stringify(load)]
  const { stdout } = await promisify(execFile)(process.execPath, argv)
  return JSON.parse(stdout) as Taken
}

async function writeRecords({ file, count }: Load): Promise<void> {
  const out = createWriteStream(file)
  for (let n = 0; n < count; n++) {
    if (!out.write(`${recordLine(n)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

function table(
  taken: Record<string, Taken[]>,
  count: number,
): Record<string, Record<string, number | string>> {
  const seconds = (name: string) => median(taken[name]!.map((one) => one.seconds))
  const ratios = (name: string, floor: string) =>
    taken[floor]!.map((one, round) => one.seconds / taken[name]![round]!.seconds)
  return Object.fromEntries(
    Object.entries(taken).map(([name, all]) => {
      const floor = FLOORS[name]
      const row = {
        'seconds (median)': rounded(seconds(name)),
        'objects/s': Math.round(count / seconds(name)),
        'of the floor': floor === undefined ? 'floor' : rounded(seconds(floor) / seconds(name)),
        'round by round': floor === undefined ? '' : ratios(name, floor).map(rounded).join(' '),
        'peak MiB': Math.round(Math.max(...all.map(({ peakBytes }) => peakBytes)) / 2 ** 20),
      }
      return [name, row]
    }),
  )
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

const rounded = (value: number) => Math.round(value * 100) / 100

if (values.child !== undefined) {
  const taken = await LOADS[values.child]!(JSON.parse(values.load ?? '') as Load)
  console.log(JSON.stringify(taken))
} else {
  const address = realServer()
  if (address === undefined) console.error('set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]')
  else await measure(address)
}
