import type { Agent } from 'node:http'
import type { SecureContext } from 'node:tls'
import { withDeadline } from '../../../async/deadline.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { Node } from '../../target.ts'
import { openGrpc } from '../grpc/client.ts'
import type { GrpcClient } from '../grpc/messages.ts'
import {
  endKept,
  jsonOf,
  keptConnections,
  type RestReply,
  type RestRequest,
  sendRest,
} from '../rest/request.ts'
import { failureOf, replyFailure } from './failure.ts'
import { secureContextOf, type Tls } from './tls.ts'

/** How long an unreachable node is skipped if there are others. */
const PASSED_OVER_MS = 5_000
/** How long a ready node is assumed to stay ready: less than a restart takes. */
const READY_MS = 200
/** A reported message limit below this is ignored. */
const SMALLEST_MESSAGE = 4096

interface ServerOptions {
  readonly node: Node
  readonly apiKey: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly tls: Tls
  readonly connectTimeoutMs: number
}

/**
 * One node of a cluster: its REST side, and its gRPC channels, which are opened when they are first needed. If it cannot
 * be reached they are dropped, and new ones are opened only once the node says that it is ready: a channel that keeps
 * trying waits longer and longer, up to two minutes after the server is back; and a server that has just started does
 * not know its collections yet.
 */
export class NodeConnection {
  readonly #options: ServerOptions
  readonly #kept: Agent
  readonly #secureContext: SecureContext | undefined
  #grpcClient: GrpcClient | undefined
  #opening: Promise<GrpcClient> | undefined
  #suspect = false
  #passedOverUntil = 0
  #readyUntil = 0
  #inFlight = 0

  constructor(options: ServerOptions) {
    this.#options = options
    this.#kept = keptConnections(options.node.http)
    this.#secureContext = secureContextOf(options.tls)
  }

  get http(): string {
    return this.#options.node.http
  }

  get grpc(): string {
    return this.#options.node.grpc
  }

  /** True if its gRPC side is reached by TLS. */
  get grpcSecure(): boolean {
    return this.#options.node.grpcSecure
  }

  /** False for some seconds after a failure. */
  get available(): boolean {
    return performance.now() >= this.#passedOverUntil
  }

  /** How many calls are waiting for its answer. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Counts a call of the cluster as in flight while it lasts. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.#inFlight += 1
    try {
      return await call()
    } finally {
      this.#inFlight -= 1
    }
  }

  rest(request: RestRequest, signal: AbortSignal): Promise<RestReply> {
    const { node, apiKey, headers } = this.#options
    const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
    const { http } = node
    const options = {
      http,
      headers: { ...headers, ...authorization },
      secureContext: this.#secureContext,
      agent: this.#kept,
    }
    return sendRest(options, request, signal)
  }

  async grpcClient(): Promise<GrpcClient> {
    if (this.#grpcClient !== undefined) return this.#grpcClient
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  /** Checks before a call that a node that was lost is ready again. @throws ElysiaError if it is not */
  async regained(signal: AbortSignal): Promise<void> {
    if (this.#suspect) await this.requireReady(signal)
  }

  /**
   * Asks the node whether it has loaded everything that it serves. A server without this question counts as ready.
   * @throws ElysiaError ELYSIA_UNREACHABLE, to be repeated, if it is not
   */
  async requireReady(signal?: AbortSignal): Promise<void> {
    if (performance.now() < this.#readyUntil) return
    const { status } = await this.#ask({ method: 'GET', path: '/.well-known/ready' }, signal)
    if (status >= 500) throw notReady(this.http, status)
    this.#suspect = false
    this.#readyUntil = performance.now() + READY_MS
  }

  /** A connection broke: the others are left, and the next call checks that the node is ready. */
  lostConnection(): void {
    this.#suspect = true
    this.#readyUntil = 0
  }

  /** The node cannot be reached: everything is closed, and others are asked first for some seconds. */
  failed(): void {
    this.#suspect = true
    this.#readyUntil = 0
    this.#passedOverUntil = performance.now() + PASSED_OVER_MS
    this.close()
  }

  answered(): void {
    this.#passedOverUntil = 0
  }

  close(): void {
    endKept(this.#kept)
    this.#grpcClient?.close()
    this.#grpcClient = undefined
  }

  /** Version and message limit, by REST. @throws ElysiaError if it is unreachable or not Weaviate */
  async meta(signal?: AbortSignal): Promise<ServerMeta> {
    const reply = await this.#ask({ method: 'GET', path: '/meta' }, signal)
    if (reply.status === 401 || reply.status === 403 || reply.status >= 500) {
      throw replyFailure(reply, this.http, 'asking for the version')
    }
    const { version, grpcMaxMessageSize } = (jsonOf(reply) ?? {}) as Record<string, unknown>
    if (typeof version !== 'string' || !/^\d+\.\d+/.test(version)) throw notWeaviate(this.http, reply.status)
    const largest = typeof grpcMaxMessageSize === 'number' && grpcMaxMessageSize >= SMALLEST_MESSAGE
    return { version: version.slice(0, 80), maxMessageBytes: largest ? grpcMaxMessageSize : undefined }
  }

  async #open(): Promise<GrpcClient> {
    this.#grpcClient = await openGrpc(this.#options)
    return this.#grpcClient
  }

  async #ask(request: RestRequest, end?: AbortSignal): Promise<RestReply> {
    try {
      return await withDeadline(this.#options.connectTimeoutMs, [end], (signal) => this.rest(request, signal))
    } catch (thrown) {
      throw failureOf(thrown, this.http)
    }
  }
}

/** What a server reports about itself. */
export interface ServerMeta {
  readonly version: string
  readonly maxMessageBytes: number | undefined
}

function notReady(http: string, status: number): ElysiaError {
  const message = `${http} is not ready: it answers ${status} to /v1/.well-known/ready`
  return new ElysiaError('ELYSIA_UNREACHABLE', message, {
    retryable: true,
    hint: 'a server that starts, stops or has lost its cluster is not ready: try again, or check its log',
  })
}

function notWeaviate(http: string, status: number): ElysiaError {
  const message = `${http} answers ${status} to /v1/meta, and is not a Weaviate server`
  return new ElysiaError('ELYSIA_UNREACHABLE', message, {
    hint: 'give the address of its REST side, such as http://localhost:8080',
  })
}
