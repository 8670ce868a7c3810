import niceGrpc, { type CallContext } from 'nice-grpc'
import type { Collections } from './collections.ts'
import type { Counters } from './counters.ts'
import { Failure, type Faults, type Portion, tooLarge } from './faults.ts'
import type { Front } from './front.ts'
import { Refusal } from './refusal.ts'
import { rpcs } from './rpcs.ts'
import { HealthDefinition, WeaviateDefinition } from './wire.ts'

const { createServer, ServerError, Status } = niceGrpc

/** What both servers of a double share. */
export interface Inside {
  readonly collections: Collections
  readonly faults: Faults
  readonly counters: Counters
  readonly apiKey: string | undefined
  readonly maxMessageBytes: number
  readonly scheme: 'http' | 'https'
}

export interface GrpcServer {
  readonly port: number
  stop(): void
}

type Definition = typeof WeaviateDefinition
type Handler<Q, R> = (request: Q, context: CallContext) => Promise<R>

/** Listens with the gRPC services of Weaviate on a free port of the loopback; `front` stands before it. */
export async function grpcServer(inside: Inside, front: () => Front): Promise<GrpcServer> {
  const server = createServer({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  const sizes = new WeakMap<object, number>()
  const does = rpcs(inside)

  const call =
    <Q extends object, R>(name: string, answer: (request: Q, portion: Portion) => R): Handler<Q, R> =>
    async (request, context) => {
      const leave = inside.counters.enter(name)
      try {
        const bytes = sizes.get(request) ?? 0
        if (bytes > inside.maxMessageBytes) throw tooLarge(bytes, inside.maxMessageBytes)
        checkKey(inside.apiKey, context)
        const cut = (): void => front().cut(Number(context.peer.split(':').at(-1)))
        return await inside.faults.pass({ name, bytes, cut }, (portion) => answer(request, portion))
      } catch (error) {
        throw serverError(error)
      } finally {
        leave()
      }
    }

  server.add(measured(WeaviateDefinition, sizes), {
    search: call('Search', does.search),
    batchObjects: call('BatchObjects', does.batchObjects),
    batchDelete: call('BatchDelete', does.batchDelete),
    aggregate: call('Aggregate', does.aggregate),
    tenantsGet: call('TenantsGet', does.tenantsGet),
    batchReferences: call<object, never>('BatchReferences', notHere),
    // biome-ignore lint/correctness/useYield: a stream that ends with an error has nothing to yield
    async *batchStream() {
      throw new ServerError(Status.UNIMPLEMENTED, 'the double has no BatchStream')
    },
  })
  server.add(HealthDefinition, {
    check: async () => {
      inside.counters.enter('Health/Check')()
      return { status: 1 }
    },
    // biome-ignore lint/correctness/useYield: a stream that ends with an error has nothing to yield
    async *watch() {
      throw new ServerError(Status.UNIMPLEMENTED, 'the double has no Health/Watch')
    },
  })
  const port = await server.listen('127.0.0.1:0')
  return { port, stop: () => server.forceShutdown() }
}

function notHere(): never {
  throw new Refusal('the double has no such call')
}

function checkKey(apiKey: string | undefined, context: CallContext): void {
  if (apiKey === undefined) return
  const given = context.metadata.get('authorization')
  if (given === `Bearer ${apiKey}`) return
  throw new ServerError(Status.UNAUTHENTICATED, `unauthorized: invalid api key`)
}

/** The service with decoders that also note how many bytes each message had on the wire. */
function measured(definition: Definition, sizes: WeakMap<object, number>): Definition {
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const { requestType } = method
    const decode = (input: Uint8Array, length?: number): object => {
      const request = requestType.decode(input, length)
      sizes.set(request, input.length)
      return request
    }
    return [key, { ...method, requestType: { ...requestType, decode } }]
  })
  return { ...definition, methods: Object.fromEntries(methods) } as unknown as Definition
}

function serverError(error: unknown): unknown {
  if (error instanceof Failure) return new ServerError(Status[error.code], error.message)
  if (error instanceof Refusal) return new ServerError(Status.UNKNOWN, error.message)
  return error
}
