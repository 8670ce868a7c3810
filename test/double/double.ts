import { type Change, Collections, FAKE_VECTORIZER } from './collections.ts'
import { type Calls, Counters } from './counters.ts'
import { Faults, type Injection } from './faults.ts'
import { Front, type Tls } from './front.ts'
import { type GrpcServer, grpcServer, type Inside, MAX_MESSAGE_BYTES } from './grpc.ts'
import { type RestServer, restServer } from './rest.ts'
import type { Stored } from './shard.ts'

/** The ports that callers see. */
export interface Ports {
  readonly http: number
  readonly grpc: number
}

export interface DoubleOptions {
  /** Callers must come with `Authorization: Bearer …`. */
  readonly apiKey?: string
  /** PEM. Both protocols then speak TLS. */
  readonly tls?: Tls
  /** The greatest gRPC message taken, as `GET /v1/meta` says it. The server's default is 104 858 000. */
  readonly maxMessageBytes?: number
  /** A double that is no more, to come back with its data. */
  readonly dataOf?: Double
  /** To come back where another double was. */
  readonly ports?: Ports
  /** `fake`: a module that gives deterministic vectors to objects that come without, and counts them. */
  readonly vectorizer?: 'fake'
  /** Of the random numbers by which faults with a probability strike. */
  readonly seed?: number
  /** Told of every change before its call is answered. */
  readonly keep?: (change: Change) => void
  /** Changes of an earlier life. */
  readonly replay?: Iterable<Change>
}

/** Misfortunes of the whole double beside those of single calls. */
export interface Misfortunes {
  inject(injection: Injection): () => number
  clear(): void
  /** Refuses connections and breaks those there are, until `accept`. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** Away for so long, then back; resolves when it is back. */
  gone(ms: number): Promise<void>
}

/** A stand-in for a Weaviate server, on real sockets. */
export interface Double {
  readonly http: string
  readonly grpc: string
  readonly target: string
  readonly ports: Ports
  readonly calls: Calls
  readonly faults: Misfortunes
  /** The objects of a class in id order, as they are stored. */
  objects(className: string, tenant?: string): Stored[]
  readonly collections: Collections
  /** Ends it as a server ends that is told to. */
  stop(): Promise<void>
  /** Ends it in the middle of whatever it does: nothing more is answered. */
  kill(): Promise<void>
}

/** Starts a double on the loopback: on free ports, or on those given. */
export async function weaviateDouble(options: DoubleOptions = {}): Promise<Double> {
  const collections = options.dataOf?.collections ?? emptyCollections(options)
  const counters = new Counters()
  const faults = new Faults(options.seed)
  const inside: Inside = {
    collections,
    faults,
    counters,
    apiKey: options.apiKey,
    maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    scheme: options.tls === undefined ? 'http' : 'https',
  }
  const fronts: { rest?: Front; grpc?: Front } = {}
  const rest = await restServer(inside, () => fronts.rest!)
  const grpc = await grpcServer(inside, () => fronts.grpc!)
  fronts.rest = new Front(rest.port, 'http/1.1', options.tls, options.ports?.http)
  fronts.grpc = new Front(grpc.port, 'h2', options.tls, options.ports?.grpc)
  const doors = [fronts.rest, fronts.grpc]
  await Promise.all(doors.map((door) => door.open()))
  return assemble(inside, doors, [rest, grpc])
}

function emptyCollections(options: DoubleOptions): Collections {
  const collections = new Collections(options.vectorizer === 'fake' ? [FAKE_VECTORIZER] : [], options.keep)
  for (const change of options.replay ?? []) collections.replay(change)
  return collections
}

function assemble(
  inside: Inside,
  doors: readonly Front[],
  servers: readonly (RestServer | GrpcServer)[],
): Double {
  const [rest, grpc] = doors.map((door) => door.port) as [number, number]
  const http = `${inside.scheme}://127.0.0.1:${rest}`
  const refuse = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.shut()))
  }
  const accept = async (): Promise<void> => {
    await Promise.all(doors.map((door) => door.open()))
  }
  const end = async (): Promise<void> => {
    await refuse()
    for (const server of servers) server.stop()
  }
  const gone = async (ms: number): Promise<void> => {
    await refuse()
    await new Promise((resolve) => setTimeout(resolve, ms))
    await accept()
  }
  return {
    http,
    grpc: `127.0.0.1:${grpc}`,
    target: `${http}?grpc=127.0.0.1:${grpc}`,
    ports: { http: rest, grpc },
    get calls() {
      const { by, objectsReceived, mostAtOnce } = inside.counters
      return { by: { ...by }, objectsReceived, mostAtOnce, ...inside.collections.work }
    },
    faults: {
      inject: (injection) => inside.faults.inject(injection),
      clear: () => inside.faults.clear(),
      refuse,
      accept,
      gone,
    },
    objects: (name, tenant = '') =>
      inside.collections.shards(name).get(tenant)?.page(undefined, 0, Number.MAX_SAFE_INTEGER) ?? [],
    collections: inside.collections,
    stop: end,
    kill: end,
  }
}
