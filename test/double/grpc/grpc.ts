import niceGrpc, { type CallContext, type Server } from 'nice-grpc'
import type { Collections } from '../class/collections.ts'
import type { Counters } from '../counters.ts'
import { Failure, type Portion, tooLarge } from '../fault/fault.ts'
import type { Faults } from '../fault/faults.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Front } from '../front.ts'
import { isBefore } from '../rest/server.ts'
import { isMalformed } from '../value/utf8.ts'
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
  readonly version: string
  readonly tenantMs: number
  readonly scheme: 'http' | 'https'
  /** It is a server that begins: it knows no collection yet, and says that it is not ready. */
  loading: boolean
}

/** The limit that a server has and advertises where it was told nothing. */
export const MAX_MESSAGE_BYTES = 104_858_000

/** A server behind its door. */
export interface GrpcServer {
  readonly port: number
  stop(): void
}

type Definition = typeof WeaviateDefinition
/** What only the decoder sees of a message. */
type Received = WeakMap<object, { readonly bytes: number; readonly malformed: boolean }>
type Method = keyof Definition['methods']
type Handler<Q, R> = (request: Q, context: CallContext) => Promise<R>
type Answerer = <Q extends object, R>(
  method: Method,
  answer: (request: Q, portion: Portion) => R,
) => Handler<Q, R>

/** Listens with the gRPC services of Weaviate on a free port of the loopback; `front` stands before it. */
export async function grpcServer(inside: Inside, front: () => Front): Promise<GrpcServer> {
  const server = createServer({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  const received: Received = new WeakMap()
  const answering = answerer(inside, front, received)
  const does = rpcs(inside)
  server.add(measured(WeaviateDefinition, received), {
    search: answering('search', does.search),
    batchObjects: answering('batchObjects', does.batchObjects),
    batchDelete: answering('batchDelete', does.batchDelete),
    aggregate: answering('aggregate', does.aggregate),
    tenantsGet: answering('tenantsGet', does.tenantsGet),
    batchReferences: answering<object, never>('batchReferences', () => {
      throw new Refusal('the double has no BatchReferences')
    }),
    batchStream: notHere,
  })
  addHealth(server, inside, front)
  const port = await server.listen('127.0.0.1:0')
  return { port, stop: () => server.forceShutdown() }
}

/** Every RPC goes the same way: counted, measured, let in, struck by faults, answered. */
function answerer(inside: Inside, front: () => Front, received: Received): Answerer {
  return (method, answer) => async (request, context) => {
    const { name } = WeaviateDefinition.methods[method]
    const leave = inside.counters.enter(name)
    try {
      const { bytes = 0, malformed = false } = received.get(request) ?? {}
      if (bytes > inside.maxMessageBytes) throw tooLarge(bytes, inside.maxMessageBytes)
      if (malformed) throw new Failure({ code: 'INTERNAL', text: NOT_UTF8 })
      checkKey(inside.apiKey, context)
      if (name === 'Aggregate' && isBefore(inside.version, 29))
        throw new ServerError(Status.UNIMPLEMENTED, UNKNOWN)
      if (inside.loading) checkLoaded(request)
      const seen = { name, bytes, cut: cutter(front, context) }
      const reply = await inside.faults.pass(seen, (portion) => answer(request, portion))
      checkSize(method, reply, inside.maxMessageBytes)
      return reply
    } catch (error) {
      rethrow(error)
    } finally {
      leave()
    }
  }
}

// biome-ignore lint/correctness/useYield: a stream that ends with an error has nothing to yield
async function* notHere(): AsyncGenerator<never> {
  throw new ServerError(Status.UNIMPLEMENTED, 'the double has no such call')
}

const SERVING = 1

/** A server says SERVING whatever service it is asked for. */
function addHealth(server: Server, inside: Inside, front: () => Front): void {
  server.add(HealthDefinition, {
    check: (_request, context) => {
      inside.counters.enter('Health/Check')()
      const call = { name: 'Health/Check', bytes: 0, cut: cutter(front, context) }
      return inside.faults.pass(call, () => ({ status: SERVING })).catch(rethrow)
    },
    watch: notHere,
  })
}

function checkKey(apiKey: string | undefined, context: CallContext): void {
  if (apiKey === undefined) return
  if (context.metadata.get('authorization') === `Bearer ${apiKey}`) return
  // Not UNAUTHENTICATED: the server wraps its error and thereby loses the code.
  throw new Refusal('extract auth: unauthorized: invalid api key')
}

const UNKNOWN = 'unknown method Aggregate for service weaviate.v1.Weaviate'

function checkLoaded(request: { readonly collection?: string; readonly objects?: readonly unknown[] }): void {
  if (request.objects?.length === 0) return
  throw new Refusal(`could not find class ${request.collection ?? 'Some'} in schema`)
}

const NOT_UTF8 = 'grpc: error unmarshalling request: string field contains invalid UTF-8'

/** Measures a reply, which costs as much as sending it: only where the limit is one that a test has set. */
function checkSize(method: Method, reply: unknown, max: number): void {
  if (max >= MAX_MESSAGE_BYTES) return
  const { encode } = WeaviateDefinition.methods[method].responseType
  const bytes = (encode as (message: unknown) => { len: number })(reply).len
  if (bytes > max) throw tooLarge(bytes, max, 'trying to send')
}

/** The service with decoders that also note what each message was on the wire. */
function measured(definition: Definition, received: Received): Definition {
  const methods = Object.entries(definition.methods).map(([key, method]) => {
    const { requestType } = method
    const decode = (input: Uint8Array, length?: number): object => {
      const request = requestType.decode(input, length)
      received.set(request, { bytes: input.length, malformed: isMalformed(input, request) })
      return request
    }
    return [key, { ...method, requestType: { ...requestType, decode } }]
  })
  return { ...definition, methods: Object.fromEntries(methods) } as unknown as Definition
}

/** Breaks the connection that a call came by; the server sees the port of the door's end of it. */
function cutter(front: () => Front, context: CallContext): () => void {
  return () => front().cut(Number(context.peer.split(':').at(-1)))
}

function rethrow(error: unknown): never {
  if (error instanceof Failure) throw new ServerError(Status[error.code], error.message)
  if (error instanceof Refusal) throw new ServerError(Status.UNKNOWN, error.message)
  throw error
}
