import { setTimeout as sleep } from 'node:timers/promises'
import { type Change, Collections } from './class/collections.ts'
import type { Stored } from './class/shard.ts'
import { FAKE_VECTORIZER } from './class/vectorizer.ts'
import { type Calls, Counters } from './counters.ts'
import type { Injection } from './fault/fault.ts'
import { Faults } from './fault/faults.ts'
import { Front, type Tls } from './front.ts'
import { type GrpcServer, grpcServer, type Inside, MAX_MESSAGE_BYTES } from './grpc/grpc.ts'
import { type RestServer, restServer } from './rest/rest.ts'
import { VERSION } from './rest/server.ts'

/** The ports that callers see. */
export interface Ports {
  readonly http: number
  readonly grpc: number
}

/** How a double is to be; all but `dataOf`, `keep` and `replay` is JSON. */
export interface DoubleOptions {
  /** Callers must come with `Authorization: Bearer …`. */
  readonly apiKey?: string
  /** Both protocols then speak TLS. */
  readonly tls?: Tls
  /** The greatest gRPC message taken, as `GET /v1/meta` says it. The server's default is 104 858 000. */
  readonly maxMessageBytes?: number
  /** A double that is no more, to come back with its data; or one that lives, to be a node of its cluster. */
  readonly dataOf?: Double
  /** To come back where another double was. */
  readonly ports?: Ports
  /** What it claims to be; a server of 1.36 to 1.38 shows no named vectors in its lists. 1.39.0. */
  readonly version?: string
  /** How long a tenant takes from one state to another, in milliseconds. */
  readonly tenantMs?: number
  /** `fake`: a module that gives deterministic vectors to objects that come without, and counts them. */
  readonly vectorizer?: 'fake'
  /** Of the random numbers by which faults with a probability strike. */
  readonly seed?: number
  /** Told of every change before its call is answered. */
  readonly keep?: (change: Change) => void
  /** Changes of an earlier life. */
  readonly replay?: Iterable<Change>
}

/** Misfortunes: of single calls (`inject`, `clear`), and of the double as a whole. */
export interface Misfortunes {
  /** Adds a fault; the function it returns takes it away again and says how many calls it befell. */
  inject(injection: Injection): () => number
  /** Takes away all that were injected. */
  clear(): void
  /** Refuses connections and breaks those there are, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** As a server that begins: it answers, but knows no collection yet, and says that it is not ready. */
  loading(is: boolean): void
  /** Away for so long, then back; resolves when it is back. */
  gone(ms: number): Promise<void>
}

/** A stand-in for a Weaviate server, on real sockets of the loopback. */
export interface Double {
  /** `http://127.0.0.1:PORT` */
  readonly http: string
  /** `127.0.0.1:PORT` */
  readonly grpc: string
  /** `http://127.0.0.1:PORT?grpc=127.0.0.1:PORT` */
  readonly target: string
  readonly ports: Ports
  /** What it was asked and did until now. */
  readonly calls: Calls
  readonly faults: Misfortunes
  readonly collections: Collections
  /** The objects of a class in id order, as they are stored. */
  objects(className: string, tenant?: string): Stored[]
  stop(): Promise<void>
  /** Ends it in the middle of whatever it does: nothing more is answered. */
  kill(): Promise<void>
}

/** Starts a double on the loopback: on free ports, or on those given. */
export async function weaviateDouble(options: DoubleOptions = {}): Promise<Double> {
  const inside: Inside = {
    collections: options.dataOf?.collections ?? collectionsFor(options),
    faults: new Faults(options.seed),
    counters: new Counters(),
    apiKey: options.apiKey,
    maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    version: options.version ?? VERSION,
    tenantMs: options.tenantMs ?? 0,
    scheme: options.tls === undefined ? 'http' : 'https',
    loading: false,
  }
  const fronts: { rest?: Front; grpc?: Front } = {}
  const rest = await restServer(inside, () => fronts.rest!)
  const grpc = await grpcServer(inside, () => fronts.grpc!)
  fronts.rest = new Front(rest.port, 'http/1.1', options.tls, options.ports?.http)
  fronts.grpc = new Front(grpc.port, 'h2', options.tls, options.ports?.grpc)
  const doors = [fronts.rest, fronts.grpc] as const
  await Promise.all(doors.map((door) => door.open()))
  return assemble(inside, doors, [rest, grpc])
}

function collectionsFor(options: DoubleOptions): Collections {
  const collections = new Collections(options.vectorizer === 'fake' ? [FAKE_VECTORIZER] : [], options.keep)
  for (const change of options.replay ?? []) collections.replay(change)
  return collections
}

type Doors = readonly [rest: Front, grpc: Front]

function assemble(inside: Inside, doors: Doors, servers: readonly (RestServer | GrpcServer)[]): Double {
  const ports = { http: doors[0].port, grpc: doors[1].port }
  const http = `${inside.scheme}://127.0.0.1:${ports.http}`
  const grpc = `127.0.0.1:${ports.grpc}`
  const faults = misfortunes(inside, doors)
  const end = async (): Promise<void> => {
    inside.faults.end()
    await faults.refuse()
    for (const server of servers) server.stop()
  }
  return {
    http,
    grpc,
    target: `${http}?grpc=${grpc}`,
    ports,
    get calls() {
      const { by, objectsReceived, mostAtOnce } = inside.counters
      return { by: { ...by }, objectsReceived, mostAtOnce, ...inside.collections.work }
    },
    faults,
    collections: inside.collections,
    objects: (name, tenant = '') =>
      inside.collections.shards(name).get(tenant)?.page(undefined, 0, Number.MAX_SAFE_INTEGER) ?? [],
    stop: end,
    kill: end,
  }
}

function misfortunes(inside: Inside, doors: Doors): Misfortunes {
  const { faults } = inside
  const refuse = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.shut()))
  }
  const accept = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.open()))
  }
  const gone = async (ms: number): Promise<void> => {
    await refuse()
    await sleep(ms)
    await accept()
  }
  return {
    inject: (injection) => faults.inject(injection),
    clear: () => faults.clear(),
    refuse,
    accept,
    gone,
    loading: (is) => {
      inside.loading = is
    },
  }
}
