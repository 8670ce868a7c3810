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

/** The limit that a server has and advertises where it was told nothing. */
export const MAX_MESSAGE_BYTES = 104_858_000

export interface GrpcServer {
  readonly port: number
  stop(): void
}

type Definition = typeof WeaviateDefinition
type Method = keyof Definition['methods']
type Handler<Q, R> = (request: Q, context: CallContext) => Promise<R>

/** Listens with the gRPC services of Weaviate on a free port of the loopback; `front` stands before it. */
export async function grpcServer(inside: Inside, front: () => Front): Promise<GrpcServer> {
  const server = createServer({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  const sizes = new WeakMap<object, number>()
  const does = rpcs(inside)

  const call =
    <Q extends object, R>(method: Method, answer: (request: Q, portion: Portion) => R): Handler<Q, R> =>
    async (request, context) => {
      const { name } = WeaviateDefinition.methods[method]
      const leave = inside.counters.enter(name)
      try {
        const bytes = sizes.get(request) ?? 0
        if (bytes > inside.maxMessageBytes) throw tooLarge(bytes, inside.maxMessageBytes)
        checkKey(inside.apiKey, context)
        const cut = (): void => front().cut(Number(context.peer.split(':').at(-1)))
        const reply = await inside.faults.pass({ name, bytes, cut }, (portion) => answer(request, portion))
        checkSize(method, reply, inside.maxMessageBytes)
        return reply
      } catch (error) {
        throw serverError(error)
      } finally {
        leave()
      }
    }

  server.add(measured(WeaviateDefinition, sizes), {
    search: call('search', does.search),
    batchObjects: call('batchObjects', does.batchObjects),
    batchDelete: call('batchDelete', does.batchDelete),
    aggregate: call('aggregate', does.aggregate),
    tenantsGet: call('tenantsGet', does.tenantsGet),
    batchReferences: call<object, never>('batchReferences', notHere),
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
  if (context.metadata.get('authorization') === `Bearer ${apiKey}`) return
  // Not UNAUTHENTICATED: the server wraps its error and thereby loses the code.
  throw new Refusal('extract auth: unauthorized: invalid api key')
}

/** Measures a reply, which costs as much as sending it: only where the limit is one that a test has set. */
function checkSize(method: Method, reply: unknown, max: number): void {
  if (max >= MAX_MESSAGE_BYTES) return
  const { encode } = WeaviateDefinition.methods[method].responseType
  const bytes = (encode as (message: unknown) => { len: number })(reply).len
  if (bytes > max) throw tooLarge(bytes, max, 'trying to send')
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
