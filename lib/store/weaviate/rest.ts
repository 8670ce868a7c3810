import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { parseExact } from '../../exactJson.ts'
import type { Json } from '../../object.ts'

/** A request, its path beginning after `/v1`. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Sent as JSON, exactly as it stringifies. */
  readonly body?: unknown
}

/** An answer, whatever its status. */
export interface RestReply {
  readonly request: RestRequest
  readonly status: number
  readonly text: string
  readonly retryAfter: string | undefined
}

export interface RestOptions {
  /** `http(s)://HOST:PORT[/prefix]`, without `/v1`. */
  readonly http: string
  readonly headers: Readonly<Record<string, string>>
  readonly authorities: readonly string[] | undefined
}

/**
 * One request to a server's REST side; each has a connection of its own, so that nothing stays open.
 * Throws Node's own errors. Memory: one answer.
 */
export async function sendRest(
  options: RestOptions,
  request: RestRequest,
  signal: AbortSignal,
): Promise<RestReply> {
  const response = await respond(options, request, signal)
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk as string
  return { request, status: response.statusCode ?? 0, text, retryAfter: response.headers['retry-after'] }
}

/** The JSON of an answer; undefined where it is none. */
export function jsonOf(reply: RestReply): Json | undefined {
  return parsed(reply, JSON.parse)
}

/** The same with whole numbers exact. @see parseExact */
export function exactJsonOf(reply: RestReply): Json | undefined {
  return parsed(reply, parseExact)
}

function parsed({ text }: RestReply, parse: (text: string) => Json): Json | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function respond(options: RestOptions, request: RestRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body))
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    ...options.headers,
  }
  const ca = options.authorities === undefined ? {} : { ca: [...options.authorities] }
  const send = options.http.startsWith('https:') ? requestHttps : requestHttp
  const settings = { method: request.method, headers, signal, agent: false, ...ca }
  return new Promise((resolve, reject) => {
    send(`${options.http}/v1${request.path}`, settings, resolve).on('error', reject).end(body)
  })
}
