import {
  type EndedRequest,
  REQUEST_ENDED,
  REQUEST_STARTED,
  type ServerRequest,
} from '../../core/channel/requests.ts'

/** What went to one server, and came from it. */
export interface ServerTraffic {
  requests: number
  failed: number
  sentBytes: number
  receivedBytes: number
}

/** The requests of this process to servers, while it is looked on. Memory: a few numbers a server, and a row a request in flight. */
export class Traffic {
  readonly servers = new Map<string, ServerTraffic>()
  readonly #open = new Map<ServerRequest, number>()
  sentBytes = 0
  receivedBytes = 0
  /** How many requests had an answer. */
  answered = 0

  constructor() {
    REQUEST_STARTED.subscribe(this.#start)
    REQUEST_ENDED.subscribe(this.#end)
  }

  /** Looks on no longer; what was seen stays. */
  close(): void {
    REQUEST_STARTED.unsubscribe(this.#start)
    REQUEST_ENDED.unsubscribe(this.#end)
  }

  /** The server whose answer is waited for the longest, since when; undefined where none is. */
  get oldest(): { readonly server: string; readonly sinceMs: number } | undefined {
    const [first] = this.#open
    return first && { server: first[0].server, sinceMs: first[1] }
  }

  readonly #start = (message: unknown): void => {
    this.#open.set(message as ServerRequest, performance.now())
  }

  readonly #end = (message: unknown): void => {
    const { request, sentBytes, receivedBytes, error } = message as EndedRequest
    this.#open.delete(request)
    const server = this.#serverOf(request.server)
    server.requests += 1
    if (error === undefined) this.answered += 1
    else server.failed += 1
    server.sentBytes += sentBytes
    server.receivedBytes += receivedBytes
    this.sentBytes += sentBytes
    this.receivedBytes += receivedBytes
  }

  #serverOf(name: string): ServerTraffic {
    let server = this.servers.get(name)
    if (server === undefined) {
      server = { requests: 0, failed: 0, sentBytes: 0, receivedBytes: 0 }
      this.servers.set(name, server)
    }
    return server
  }
}
