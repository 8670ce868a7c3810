import pLimit, { type LimitFunction } from 'p-limit'
import { abortable, DeadlineError, withDeadline } from '../../../async/deadline.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CallOptions } from '../../store.ts'
import type { GrpcClient } from '../grpc/messages.ts'
import type { RestReply, RestRequest } from '../rest/request.ts'
import { allUnreachable, failureOf, neverSent, replyFailure } from './failure.ts'
import type { NodeConnection } from './node.ts'
import { isMissing, lacksCopies } from './serverText.ts'

interface ClusterOptions {
  readonly target: string
  readonly maxInFlight: number
  readonly timeoutMs: number
}

/** Names of nodes, as `nextNode` returns them, that are asked before and after all others that answer. */
export interface NodeOrder {
  readonly first?: string | undefined
  readonly last?: string | undefined
}

/** Which nodes a call asks, and what it tells. */
export interface CallRoute extends NodeOrder {
  /** Called when a node may have done what was asked, but did not answer; then the next one is asked. */
  readonly onAnswerLost?: () => void
}

type Attempt<T> = (server: NodeConnection, signal: AbortSignal) => Promise<T>

/**
 * The nodes of one cluster as one server: each call goes to the node with the fewest in flight, in turn if several
 * have; at most `maxInFlight` at once, others wait. An unreachable node is skipped for some seconds; a call fails with
 * ELYSIA_UNREACHABLE only if every node did. Each attempt ends after `timeoutMs`, or at once with its signal. Only a
 * ready node is believed that something does not exist: one that is starting does not know its collections.
 */
export class Cluster {
  readonly servers: readonly NodeConnection[]
  readonly #options: ClusterOptions
  readonly #limit: LimitFunction
  readonly #closed = new AbortController()
  #turn = 0

  constructor(servers: readonly NodeConnection[], options: ClusterOptions) {
    this.servers = servers
    this.#options = options
    this.#limit = pLimit(options.maxInFlight)
  }

  /** Makes a gRPC call; it must be safe to repeat, since another node may be asked after a failure. */
  rpc<T>(
    call: CallOptions,
    work: (grpcClient: GrpcClient, signal: AbortSignal) => Promise<T>,
    route: CallRoute = {},
  ): Promise<T> {
    const attempt: Attempt<T> = async (server, signal) => work(await server.grpcClient(), signal)
    return this.#wait(call.signal, true, attempt, route)
  }

  /** The name of the next node in turn; undefined if there is only one. */
  nextNode(): string | undefined {
    return this.servers.length === 1 ? undefined : this.#inTurn()[0]!.http
  }

  /** Makes a REST call. One that changes something is repeated only if it cannot have arrived. */
  rest(request: RestRequest, call: CallOptions = {}, route: CallRoute = {}): Promise<RestReply> {
    const repeatable = request.method === 'GET' || request.method === 'HEAD' || request.reads === true
    const attempt: Attempt<RestReply> = async (server, signal) => {
      if (request.whenReady === true) await server.requireReady(signal)
      const ready = request.mayBeMissing === true ? server.requireReady(signal) : undefined
      ready?.catch(() => {})
      const reply = await server.rest(request, signal)
      if (reply.status === 404 || (reply.status >= 400 && isMissing(reply.text)))
        await (ready ?? server.requireReady(signal))
      if (reply.status < 502 || reply.status > 504) return reply
      throw replyFailure(reply, server.http, `${request.method} /v1${request.path}`)
    }
    return this.#wait(call.signal, repeatable, attempt, route)
  }

  /** @throws ElysiaError if the store is closed */
  requireOpen(): void {
    this.#closed.signal.throwIfAborted()
  }

  /** Aborts calls that are in flight or waiting. */
  close(): void {
    this.#closed.abort(new ElysiaError('ELYSIA_STORE', `the store ${this.#options.target} is closed`))
    for (const server of this.servers) server.close()
  }

  #wait<T>(
    signal: AbortSignal | undefined,
    repeatable: boolean,
    attempt: Attempt<T>,
    route: CallRoute = {},
  ): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const turn = this.#limit(() => this.#tryNodes(signal, repeatable, attempt, route))
    return signal === undefined ? turn : abortable(turn, signal)
  }

  async #tryNodes<T>(
    signal: AbortSignal | undefined,
    repeatable: boolean,
    attempt: Attempt<T>,
    route: CallRoute,
  ): Promise<T> {
    const failures: ElysiaError[] = []
    let missing: ElysiaError | undefined
    for (const server of this.#inTurn(route)) {
      let sent = false
      const work = async (both: AbortSignal) => {
        await server.regained(both)
        sent = true
        return attempt(server, both)
      }
      try {
        const ends = [this.#closed.signal, signal]
        const result = await server.during(() => withDeadline(this.#options.timeoutMs, ends, work))
        server.answered()
        return result
      } catch (thrown) {
        if (signal?.aborted) throw signal.reason
        const failure = await confirmedFailure(failureOf(thrown, server.http), server)
        const anew = repeatable || !sent || neverSent(failure)
        if (failure.code === 'ELYSIA_NOT_FOUND' && anew) {
          // Another node may already know it.
          missing = failure
          continue
        }
        if (failure.code !== 'ELYSIA_UNREACHABLE' || lacksCopies(failure.message)) throw failure
        if (sent && !neverSent(failure)) route.onAnswerLost?.()
        if (failure.retryAtOnce) server.lostConnection()
        else server.failed()
        failures.push(failure)
        if (thrown instanceof DeadlineError || !anew) break
      }
    }
    throw missing ?? allUnreachable(this.#options.target, failures)
  }

  /**
   * All nodes, starting with the one that has the fewest calls in flight, in turn if several have; those that failed a
   * moment ago come last. So a slow node gets as many calls as it answers.
   */
  #inTurn({ first, last }: NodeOrder = {}): NodeConnection[] {
    const next = this.#turn++ % this.servers.length
    const turned = [...this.servers.slice(next), ...this.servers.slice(0, next)]
    const rank = ({ available, http }: NodeConnection) =>
      (available ? 0 : 4) + (http === first ? 0 : http === last ? 2 : 1)
    return turned.sort((a, b) => rank(a) - rank(b) || a.inFlight - b.inFlight)
  }
}

/**
 * The failure itself; if it says that something does not exist, only if the node is ready, otherwise that it is not.
 */
async function confirmedFailure(failure: ElysiaError, server: NodeConnection): Promise<ElysiaError> {
  if (failure.code !== 'ELYSIA_NOT_FOUND') return failure
  try {
    await server.requireReady()
    return failure
  } catch (thrown) {
    return failureOf(thrown, server.http)
  }
}
