import { channel } from 'node:diagnostics_channel'

/** A request to a server as subscribers see it, without its content or its answer's. */
export interface ServerRequest {
  /** The server: `HOST:PORT`. */
  readonly server: string
  readonly protocol: 'rest' | 'grpc'
  /** What is requested: a method of the service, or `GET /schema`. */
  readonly name: string
  /** Bytes of its body, without the protocol's overhead. */
  readonly sentBytes: number
  /** Additional headers; a subscriber may add some. */
  readonly headers: Record<string, string>
}

/** A request that was answered, or failed. */
export interface EndedRequest {
  readonly request: ServerRequest
  readonly milliseconds: number
  /** Bytes of its body, without the protocol's overhead. */
  readonly sentBytes: number
  readonly receivedBytes: number
  /** The HTTP status, if there is one. */
  readonly status?: number
  readonly error?: unknown
}

/** Publishes a ServerRequest before it is sent. @see SPEC.md, "Monitoring options" */
export const REQUEST_STARTED = channel('elysiactl:request:start')
/** Publishes an EndedRequest for each one that was answered or failed. @see SPEC.md, "Monitoring options" */
export const REQUEST_ENDED = channel('elysiactl:request:end')

/** The known facts about an answer. */
export interface ReplyFacts {
  readonly receivedBytes: number
  readonly status?: number
}

/** Sends a request, and publishes it if there are subscribers. */
export async function publishRequest<Reply>(
  draft: Omit<ServerRequest, 'headers'>,
  send: (headers: Readonly<Record<string, string>>) => Promise<Reply>,
  factsOf: (reply: Reply) => ReplyFacts,
): Promise<Reply> {
  if (!REQUEST_STARTED.hasSubscribers && !REQUEST_ENDED.hasSubscribers) return send({})
  const request: ServerRequest = { ...draft, headers: {} }
  const startedMs = performance.now()
  const end = (facts: ReplyFacts & { readonly error?: unknown }) =>
    REQUEST_ENDED.publish({
      request,
      sentBytes: draft.sentBytes,
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
