/**
 * What archives of a server are measured against, straight to the stub below weaviate-client's ConnectionGRPC.
 * Each is a process of its own: `node bench/archive/serverLoads.ts NAME LOAD`.
 */
import pLimit from 'p-limit'
import { ConnectionGRPC } from 'weaviate-client'
import type { StoredObject } from '../../lib/core/object.ts'
import { scanProjection } from '../../lib/job/backup/plan.ts'
import type { Projection } from '../../lib/store/store.ts'
import { NO_TLS } from '../../lib/store/weaviate/cluster/tls.ts'
import { openGrpc } from '../../lib/store/weaviate/grpc/client.ts'
import { batchObject } from '../../lib/store/weaviate/grpc/encode.ts'
import type { GrpcClient } from '../../lib/store/weaviate/grpc/messages.ts'
import { layoutOf, metadataRequest, propertiesRequest } from '../../lib/store/weaviate/schema/layout.ts'
import { openWeaviate } from '../../lib/store/weaviate/store.ts'
import { printFigures } from '../measure.ts'
import { archiveObject, batches, type Shape } from './objects.ts'

/** Where to, what, and how many calls at once. */
export interface Load {
  readonly http: string
  readonly grpc: string
  readonly class: string
  readonly workers: number
  readonly shape: Shape
  /** The server that a bare copy reads from. */
  readonly from?: { readonly http: string; readonly grpc: string }
}

const PAGE_OBJECTS = 1000
const IDS_A_CALL = 250
const MESSAGE_OBJECTS = 500
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** All objects by the server's cursor through weaviate-client, a range a worker, counted and forgotten. */
function scan(load: Load): Promise<() => Promise<number>> {
  return scanned(load, scanProjection(true))
}

/** The ids and update times of all objects, then all of one object in a hundred, by their ids. */
async function changes(load: Load): Promise<() => Promise<number>> {
  const times = await scanned(load, { properties: [], vectors: false, times: true })
  const node = { http: load.http, grpc: load.grpc, grpcSecure: false }
  const store = await openWeaviate({ nodes: [node], target: load.http })
  const { count } = load.shape
  const ids = Array.from({ length: Math.ceil(count / 100) }, (_, n) => n * 100 + 1)
    .filter((n) => n < count)
    .map((n) => archiveObject(n, load.shape).id)
  const calls = Array.from({ length: Math.ceil(ids.length / IDS_A_CALL) }, (_, n) => n * IDS_A_CALL)
  const limit = pLimit(load.workers)
  const read = (at: number) =>
    store.collection(load.class).readMany(ids.slice(at, at + IDS_A_CALL), scanProjection(true))
  return async () => {
    await times()
    const pages = await Promise.all(calls.map((at) => limit(read, at)))
    if (pages.flat().length !== ids.length) throw new Error('the read did not find all that changed')
    await store.close()
    return count
  }
}

async function scanned(load: Load, what: Projection): Promise<() => Promise<number>> {
  const node = { http: load.http, grpc: load.grpc, grpcSecure: false }
  const store = await openWeaviate({ nodes: [node], target: load.http })
  const layout = layoutOf((await store.schema(load.class))!)
  await store.close()
  const { connection } = await ConnectionGRPC.use({
    host: load.http,
    headers: {},
    grpcAddress: load.grpc,
    grpcSecure: false,
    skipInitChecks: true,
  })
  const search = await connection.search(load.class)
  const fetch = {
    limit: PAGE_OBJECTS,
    properties: propertiesRequest(layout, what),
    metadata: metadataRequest(layout, what),
  }
  const count = async ([after, upTo]: readonly [string, string]): Promise<number> => {
    let objects = 0
    for (let from = after; ; ) {
      const { results } = await search.withFetch({ ...fetch, after: from })
      const ids = results.map(({ metadata }) => metadata!.id)
      const inside = ids.filter((id) => id <= upTo).length
      objects += inside
      if (inside < PAGE_OBJECTS) return objects
      from = ids.at(-1)!
    }
  }
  return async () => {
    const counts = await Promise.all(rangesOf(load.workers).map(count))
    const objects = counts.reduce((sum, one) => sum + one, 0)
    if (objects !== load.shape.count) throw new Error(`the scan found ${objects} objects`)
    connection.close()
    return objects
  }
}

/** The same through our own store. */
async function read(load: Load): Promise<() => Promise<number>> {
  const node = { http: load.http, grpc: load.grpc, grpcSecure: false }
  const store = await openWeaviate({ nodes: [node], target: load.http })
  const collection = store.collection(load.class)
  const count = async ([after, upTo]: readonly [string, string]): Promise<number> => {
    let objects = 0
    const range = { upTo, ...(after !== '' && { after }) }
    for await (const page of collection.read(scanProjection(true), range)) objects += page.length
    return objects
  }
  return async () => {
    const counts = await Promise.all(rangesOf(load.workers).map(count))
    await store.close()
    return counts.reduce((sum, one) => sum + one, 0)
  }
}

/** The ids of the bench are spread evenly. */
function rangesOf(count: number): [after: string, upTo: string][] {
  const cut = (n: number) => {
    const first = Math.floor((2 ** 32 * n) / count).toString(16)
    return `${first.padStart(8, '0')}-0000-0000-0000-000000000000`
  }
  return Array.from({ length: count }, (_, n) => [
    n === 0 ? '' : cut(n),
    n + 1 === count ? LAST_ID : cut(n + 1),
  ])
}

/** Finished messages, their replies looked at for errors. */
async function flood(load: Load, wire: GrpcClient): Promise<() => Promise<number>> {
  const messages = [...batches(load.shape)].map((batch) =>
    batch.map((object) => batchObject(object, load.class, '')),
  )
  const { signal } = new AbortController()
  const limit = pLimit(load.workers)
  const send = async (message: (typeof messages)[number]) => {
    const errors = await wire.batchObjects(message, signal)
    if (errors.length > 0) throw new Error(errors[0]!.error)
  }
  return async () => {
    await Promise.all(messages.map((message) => limit(send, message)))
    return load.shape.count
  }
}

/**
 * Pages of one server, as messages, into another: what each of both sides takes, at once, with as many calls of each kind
 * as a copy makes, and nothing between them.
 */
async function bareCopy(load: Load, wire: GrpcClient): Promise<() => Promise<number>> {
  const { http, grpc } = load.from!
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  const collection = store.collection(load.class)
  const { signal } = new AbortController()
  const limit = pLimit(load.workers)
  const send = async (batch: readonly StoredObject[]) => {
    const errors = await wire.batchObjects(
      batch.map((object) => batchObject(object, load.class, '')),
      signal,
    )
    if (errors.length > 0) throw new Error(errors[0]!.error)
  }
  const copied = async ([after, upTo]: readonly [string, string]): Promise<number> => {
    const range = { upTo, ...(after !== '' && { after }) }
    const running = new Set<Promise<void>>()
    let objects = 0
    let batch: StoredObject[] = []
    const begin = async () => {
      while (running.size >= load.workers) await Promise.race(running)
      objects += batch.length
      const sent = limit(send, batch)
      batch = []
      running.add(sent)
      sent.finally(() => running.delete(sent))
    }
    for await (const page of collection.read({ properties: 'all', vectors: true, times: true }, range)) {
      for (const object of page) {
        batch.push(object)
        if (batch.length === MESSAGE_OBJECTS) await begin()
      }
    }
    if (batch.length > 0) await begin()
    await Promise.all(running)
    return objects
  }
  return async () => {
    const counts = await Promise.all(rangesOf(load.workers).map(copied))
    await store.close()
    return counts.reduce((sum, one) => sum + one, 0)
  }
}

const LOADS = { scan, read, flood, changes, bareCopy }

const [name, text] = process.argv.slice(2)
const load = JSON.parse(text!) as Load
const node = { http: load.http, grpc: load.grpc, grpcSecure: false }
const wire = await openGrpc({ node, apiKey: undefined, headers: {}, tls: NO_TLS })
await wire.countObjects({ collection: load.class, tenant: '' }, AbortSignal.timeout(5_000))
await printFigures(await LOADS[name as keyof typeof LOADS](load, wire))
wire.close()
