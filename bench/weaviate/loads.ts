import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pLimit from 'p-limit'
import type { Item } from '../../lib/core/entry.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { ingest } from '../../lib/job/ingest/ingest.ts'
import { ingestOptions } from '../../lib/job/ingest/options.ts'
import { changeStages } from '../../lib/job/ingest/stages.ts'
import { resolveInput } from '../../lib/options/options.ts'
import { openState } from '../../lib/run/state.ts'
import { NO_TLS } from '../../lib/store/weaviate/cluster/tls.ts'
import { openGrpc } from '../../lib/store/weaviate/grpc/client.ts'
import { batchObject } from '../../lib/store/weaviate/grpc/encode.ts'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import { splitLines } from '../../lib/stream/lines/splitLines.ts'
import type { Figures } from '../measure.ts'
import { plainObject } from './data.ts'

/** Objects a message, and messages at once; the same for all. */
export const BATCH = 500
export const IN_FLIGHT = 2

/** Where to, and what. */
export interface Load {
  readonly http: string
  readonly grpc: string
  readonly class: string
  readonly count: number
  /** JSON lines of `count` change records. */
  readonly file: string
}

/**
 * Ways to bring the objects into the server. Each prepares, then works under the clock. `raw…` is the floor:
 * finished messages, straight to the stub below ConnectionGRPC, their replies looked at for errors.
 */
export const LOADS: Readonly<Record<string, (load: Load) => Promise<Figures>>> = {
  rawObjects: async (load) => flood(load, plainObjects(load.count)),
  write: async (load) => writeAll(load, plainObjects(load.count)),
  rawRecords: async (load) => flood(load, await objectsOf(load.file)),
  ingest: (load) => ingestAll(load, false),
  ingestSkip: (load) => ingestAll(load, true),
  ingestAgain: (load) => ingestAll(load, true),
}

const plainObjects = (count: number) => Array.from({ length: count }, (_, n) => plainObject(n))

async function flood(load: Load, objects: readonly StoredObject[]): Promise<Figures> {
  const node = { http: load.http, grpc: load.grpc, grpcSecure: false }
  const wire = await openGrpc({ node, apiKey: undefined, headers: {}, tls: NO_TLS })
  await wire.countObjects({ collection: load.class, tenant: '' }, AbortSignal.timeout(5_000))
  const batches = chunks(objects.map((object) => batchObject(object, load.class, '')))
  const signal = new AbortController().signal
  return clocked(load.count, async () => {
    const limit = pLimit(IN_FLIGHT)
    const send = async (batch: (typeof batches)[number]) => {
      const errors = await wire.batchObjects(batch, signal)
      if (errors.length > 0) throw new Error(errors[0]!.error)
    }
    await Promise.all(batches.map((batch) => limit(send, batch)))
  }).finally(() => wire.close())
}

async function writeAll(load: Load, objects: readonly StoredObject[]): Promise<Figures> {
  const store = await open(load)
  const collection = store.collection(load.class)
  await collection.count()
  const batches = chunks(objects)
  return clocked(load.count, async () => {
    const limit = pLimit(IN_FLIGHT)
    const send = async (batch: (typeof batches)[number]) => {
      const refused = (await collection.write(batch)).find(({ ok }) => !ok)
      if (refused !== undefined) throw new Error(refused.reason)
    }
    await Promise.all(batches.map((batch) => limit(send, batch)))
  }).finally(() => store.close())
}

/** The whole path: file, lines, JSON, validation, objects, store, journal with a checkpoint a batch. */
async function ingestAll(load: Load, skipUnchanged: boolean): Promise<Figures> {
  const store = await open(load)
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-bench-'))
  const state = openState(store, directory)
  await store.collection(load.class).count()
  try {
    return await clocked(load.count, async () => {
      const options = { collection: load.class, batchSize: BATCH, workers: IN_FLIGHT, skipUnchanged }
      const report = await ingest(createReadStream(load.file), store, options, { state })
      const refused = Object.keys(report.rejected)
      if (refused.length > 0) throw new Error(`records were rejected: ${refused.join(', ')}`)
    })
  } finally {
    state.close()
    await store.close()
    await rm(directory, { recursive: true })
  }
}

/** The very objects that an ingest makes of the file. */
async function objectsOf(file: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  const options = resolveInput(ingestOptions, { collection: 'Any' })
  const taking = new Writable({
    objectMode: true,
    write(batch: readonly Item[], _encoding, done) {
      objects.push(...batch.map(putOf))
      done()
    },
  })
  await pipeline([createReadStream(file), splitLines(), ...changeStages(options), taking])
  return objects
}

function putOf(item: Item): StoredObject {
  if ('operation' in item && item.operation?.kind === 'put') return item.operation.object
  throw new Error(`line ${item.line} is no put`)
}

function open({ http, grpc }: Load) {
  return openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) =>
    all.slice(n * BATCH, (n + 1) * BATCH),
  )
}

async function clocked(count: number, work: () => Promise<void>): Promise<Figures> {
  const startedMs = performance.now()
  await work()
  const rate = count / ((performance.now() - startedMs) / 1000)
  return { rate, peak_rss_bytes: process.resourceUsage().maxRSS * 1024 }
}
