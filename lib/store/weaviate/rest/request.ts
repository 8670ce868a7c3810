import { Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { SecureContext } from 'node:tls'
import { type JsonBounds, parseBounded } from '../../../core/boundedJson.ts'
import { publishRequest } from '../../../core/channel/requests.ts'
import { parseExact } from '../../../core/exactJson.ts'
import type { Json } from '../../../core/object.ts'

/** A request; its path begins after `/v1`. */
export interface RestRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Sent as JSON, exactly as it stringifies. */
  readonly body?: unknown
  /** JSON text instead of `body`, sent unchanged. */
  readonly text?: string
  /** True for a request that changes nothing, although it is not a GET. */
  readonly reads?: true
  /** Sent only to a node that is ready: a node that is starting answers as if it held no data. */
  readonly whenReady?: true
  /** True for something that is often missing: whether the node is ready is asked at the same time. */
  readonly mayBeMissing?: true
  /** The longest accepted answer, in bytes. 256 MiB. */
  readonly maxBytes?: number
}

/** The longest answer: a list of a million tenants, or an object as large as a message of gRPC may be. */
const MAX_BYTES = 256 * 1024 * 1024
/** How long an unused connection is kept: less than servers keep one. */
const KEPT_MS = 4_000
/** How much of an error answer is read. */
const MAX_ERROR_BYTES = 64 * 1024
/**
 * The bounds of an answer: two million tenants have six million keys and objects. Parsed, they take less than a
 * gigabyte.
 */
const BOUNDS: JsonBounds = { depth: 1000, nodes: 8_000_000, values: 32_000_000 }

/** An answer, whatever its status. */
export interface RestReply {
  readonly request: RestRequest
  readonly status: number
  readonly text: string
  readonly retryAfter: string | undefined
  /** The server's time when it was made. */
  readonly date?: string | undefined
}

interface RestOptions {
  /** `http(s)://HOST:PORT[/prefix]`, without `/v1`. */
  readonly http: string
  readonly headers: Readonly<Record<string, string>>
  /** TLS settings that differ from Node's own; undefined if none do. */
  readonly secureContext: SecureContext | undefined
  /** Keeps connections for reads. A change gets its own connection: it must not fail because a kept one was too old. */
  readonly agent?: Agent | undefined
}

/** Keeps connections to a server between requests; they keep no process from ending. */
export function keptConnections(http: string): Agent {
  const options = { keepAlive: true, maxFreeSockets: 4, timeout: KEPT_MS }
  return http.startsWith('https:') ? new HttpsAgent(options) : new Agent(options)
}

/** Closes unused connections. */
export function endKept({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy()
}

/**
 * One request to a server's REST side. A read uses a kept connection, which saves one or two round trips, and is
 * repeated once over a new one if that breaks. Throws Node's own errors, and one that says `message larger than` if the
 * answer is. Memory: one answer.
 */
export async function sendRest(
  options: RestOptions,
  request: RestRequest,
  signal: AbortSignal,
): Promise<RestReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return sendOnce({ ...options, agent: undefined }, request, signal)
  try {
    return await sendOnce(options, request, signal)
  } catch (error) {
    if (signal.aborted || !isBroken(error)) throw error
    return sendOnce({ ...options, agent: undefined }, request, signal)
  }
}

/** True if the connection was open and ended before the answer did. */
function isBroken(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return code === 'ECONNRESET' || code === 'EPIPE'
}

async function sendOnce(options: RestOptions, request: RestRequest, signal: AbortSignal): Promise<RestReply> {
  const text = request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body))
  const body = text === undefined ? undefined : Buffer.from(text)
  const requestFacts = {
    server: new URL(options.http).host,
    protocol: 'rest',
    name: nameOf(request),
  } as const
  const send = async (more: Readonly<Record<string, string>>) => {
    const headers = { ...options.headers, ...more }
    const response = await respond({ ...options, headers }, request, body, signal)
    const status = response.statusCode ?? 0
    const answer = await textOf(response, request, status)
    const { date, 'retry-after': retryAfter } = response.headers
    return { reply: { request, status, text: answer.text, retryAfter, date }, receivedBytes: answer.bytes }
  }
  const { reply } = await publishRequest(
    { ...requestFacts, sentBytes: body?.length ?? 0 },
    send,
    (answer) => ({
      receivedBytes: answer.receivedBytes,
      status: answer.reply.status,
    }),
  )
  return reply
}

/** The name of a request: its method and subject, without names and ids: `GET /schema`. */
function nameOf({ method, path }: RestRequest): string {
  return `${method} ${/^\/[\w.-]*/.exec(path)?.[0] ?? '/'}`
}

/** The complete text; for an error only as much as a person can read. The connection ends with it. */
async function textOf(
  response: IncomingMessage,
  request: RestRequest,
  status: number,
): Promise<{ readonly text: string; readonly bytes: number }> {
  const { maxBytes = MAX_BYTES } = request
  const failed = status >= 400
  const tooLarge = () => new Error(`the answer is a message larger than ${maxBytes} bytes`)
  if (!failed && Number(response.headers['content-length']) > maxBytes) {
    response.destroy()
    throw tooLarge()
  }
  response.setEncoding('utf8')
  let bytes = 0
  let text = ''
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk
    bytes += Buffer.byteLength(chunk)
    if (failed && bytes > MAX_ERROR_BYTES) break
    if (bytes > maxBytes) throw tooLarge()
  }
  return { text, bytes }
}

/**
 * The JSON of an answer; undefined if it is not JSON, or more complex than any server's answer.
 * @see parseBounded
 */
export function jsonOf(reply: RestReply): Json | undefined {
  return parsed(reply, (text) => parseBounded(text, BOUNDS) as Json)
}

/** The JSON of a reply, with whole numbers exact. @see parseExact */
export function exactJsonOf(reply: RestReply): Json | undefined {
  return parsed(reply, (text) => parseExact(text, BOUNDS))
}

function parsed({ text }: RestReply, parse: (text: string) => Json): Json | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function respond(
  options: RestOptions,
  request: RestRequest,
  body: Buffer | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    ...options.headers,
  }
  const tls = options.secureContext === undefined ? {} : { secureContext: options.secureContext }
  const send = options.http.startsWith('https:') ? requestHttps : requestHttp
  const settings = { method: request.method, headers, signal, agent: options.agent ?? false, ...tls }
  return new Promise((resolve, reject) => {
    send(`${options.http}/v1${request.path}`, settings, resolve).on('error', reject).end(body)
  })
}
