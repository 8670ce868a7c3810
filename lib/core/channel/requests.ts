import { channel } from 'node:diagnostics_channel'

/** A request to a server, as those see it who look on: no content of it, and none of its answer. */
export interface ServerRequest {
  /** The server: `HOST:PORT`. */
  readonly server: string
  readonly protocol: 'rest' | 'grpc'
  /** What is asked: a method of the service, or `GET /schema`. */
  readonly name: string
  /** Bytes of its body, without what a protocol adds. */
  readonly sentBytes: number
  /** Headers that go with it besides its own; a subscriber may add some. */
  readonly headers: Record<string, string>
}

/** A request that has its answer, or failed. */
export interface EndedRequest {
  readonly request: ServerRequest
  readonly milliseconds: number
  /** Bytes of its body, without what a protocol adds. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** The status of HTTP, where there is one. */
  readonly status?: number
  readonly error?: unknown
}

/** Published before a request is sent, and when it has ended. @see SPEC.md, "Looking on" */
export const REQUEST_STARTED = channel('elysiactl:request:start')
export const REQUEST_ENDED = channel('elysiactl:request:end')

/** What is known of an answer. */
export interface AnswerFacts {
  readonly receivedBytes: number
  readonly status?: number
}

/** Sends a request, and tells those who look on, if there are any. */
export async function observed<Reply>(
  what: Omit<ServerRequest, 'headers'>,
  send: (headers: Readonly<Record<string, string>>) => Promise<Reply>,
  factsOf: (reply: Reply) => AnswerFacts,
): Promise<Reply> {
  if (!REQUEST_STARTED.hasSubscribers && !REQUEST_ENDED.hasSubscribers) return send({})
  const request: ServerRequest = { ...what, headers: {} }
  const startedMs = performance.now()
  const end = (facts: AnswerFacts & { readonly error?: unknown }) =>
    REQUEST_ENDED.publish({
      request,
      sentBytes: what.sentBytes,
      milliseconds: performance.now() - startedMs,
      ...facts,
    })
  REQUEST_STARTED.publish(request)
  try {
    const reply = await send(request.headers)
    end(factsOf(reply))
    return reply
  } catch (error) {
    end({ receivedBytes: 0, error })
    throw error
  }
}
