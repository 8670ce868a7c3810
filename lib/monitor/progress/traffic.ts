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
  /** `out`: not everything could be sent yet; `in`: waiting for the answer. */
  readonly direction: 'in' | 'out'
}

interface RequestStart {
  readonly startedMs: number
  /** Bytes that had been sent to its server before. */
  readonly sentBefore: number
}

/**
 * The unanswered requests of this process. `sentTo` returns how many bytes the connections to a server have sent.
 * Memory: a row for each open request.
 */
export class Traffic {
  readonly #open = new Map<ServerRequest, RequestStart>()
  readonly #sentTo: (server: string) => number
  /** How many requests were answered. */
  answered = 0

  constructor(sentTo: (server: string) => number = () => 0) {
    this.#sentTo = sentTo
    REQUEST_STARTED.subscribe(this.#start)
    REQUEST_ENDED.subscribe(this.#end)
  }

  /** Stops watching. */
  close(): void {
    REQUEST_STARTED.unsubscribe(this.#start)
    REQUEST_ENDED.unsubscribe(this.#end)
  }

  /** The request that has waited longest; undefined if there is none. */
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
