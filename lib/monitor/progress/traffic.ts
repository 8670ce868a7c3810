import {
  type EndedRequest,
  REQUEST_ENDED,
  REQUEST_STARTED,
  type ServerRequest,
} from '../../core/channel/requests.ts'

/** A request that has no answer yet. */
export interface OpenRequest {
  readonly server: string
  readonly sinceMs: number
  /** `out`: not all of it could be sent yet; `in`: its answer is waited for. */
  readonly direction: 'in' | 'out'
}

interface Sending {
  readonly startedMs: number
  /** What had been sent to its server by then. */
  readonly sentBefore: number
}

/**
 * The requests of this process that have no answer yet, while it is looked on. `sentTo` says how many bytes the connections to a server
 * have sent. Memory: a row a request in flight.
 */
export class Traffic {
  readonly #open = new Map<ServerRequest, Sending>()
  readonly #sentTo: (server: string) => number
  /** How many requests had an answer. */
  answered = 0

  constructor(sentTo: (server: string) => number = () => 0) {
    this.#sentTo = sentTo
    REQUEST_STARTED.subscribe(this.#start)
    REQUEST_ENDED.subscribe(this.#end)
  }

  /** Looks on no longer. */
  close(): void {
    REQUEST_STARTED.unsubscribe(this.#start)
    REQUEST_ENDED.unsubscribe(this.#end)
  }

  /** That whose answer is waited for the longest; undefined where none is. */
  get oldest(): OpenRequest | undefined {
    const [first] = this.#open
    if (first === undefined) return undefined
    const [{ server, sentBytes }, { startedMs, sentBefore }] = first
    const sent = this.#sentTo(server) - sentBefore
    return { server, sinceMs: startedMs, direction: sent < sentBytes ? 'out' : 'in' }
  }

  readonly #start = (message: unknown): void => {
    const request = message as ServerRequest
    this.#open.set(request, { startedMs: performance.now(), sentBefore: this.#sentTo(request.server) })
  }

  readonly #end = (message: unknown): void => {
    const { request, error } = message as EndedRequest
    this.#open.delete(request)
    if (error === undefined) this.answered += 1
  }
}
