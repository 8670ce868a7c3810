import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exactJson } from '../../../lib/core/exactJson.ts'
import type { Json } from '../../../lib/core/object.ts'
import { Failure, type Portion } from '../fault/fault.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Front } from '../front.ts'
import type { Inside } from '../grpc/grpc.ts'
import { aliasRoutes } from './aliases.ts'
import { graphqlRoutes } from './graphql.ts'
import { objectRoutes } from './objects.ts'
import { referenceRoutes } from './references.ts'
import { schemaRoutes } from './schema.ts'
import { isBefore, serverRoutes } from './server.ts'
import { tenantRoutes } from './tenants.ts'

/** A REST request, taken apart. */
export interface Ask {
  /** What stands in place of `{…}` in the route. */
  readonly parts: readonly string[]
  readonly query: URLSearchParams
  readonly body: Json
}

/** A reply: `body` undefined sends none. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  /** In place of the body, as it is, for a server that is not one. */
  readonly text?: string
  readonly headers?: Record<string, string>
}

/** Routes by `METHOD /v1/path/{part}`. */
export type Routes = Readonly<Record<string, (ask: Ask, portion: Portion) => Answer>>

/** A server behind its door. */
export interface RestServer {
  readonly port: number
  stop(): void
}

/** Listens with the REST interface of Weaviate on a free port of the loopback; `front` stands before it. */
export async function restServer(inside: Inside, front: () => Front): Promise<RestServer> {
  const routes = table({
    ...serverRoutes(inside, () => front().port),
    ...schemaRoutes(inside),
    ...tenantRoutes(inside),
    ...objectRoutes(inside),
    ...referenceRoutes(inside),
    ...(isBefore(inside.version, 32) ? {} : aliasRoutes(inside)),
    ...graphqlRoutes(inside),
  })
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, inside, routes, front).then(
      (answer) => send(response, answer),
      (error) => send(response, failed(error)),
    )
  }
  const server = createServer(handle)
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

interface Route {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly handle: (ask: Ask, portion: Portion) => Answer
}

function table(routes: Routes): Route[] {
  return Object.entries(routes).map(([name, handle]) => {
    const [method = '', path = ''] = name.split(' ')
    return { name, method, handle, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`) }
  })
}

async function respond(
  request: IncomingMessage,
  inside: Inside,
  routes: readonly Route[],
  front: () => Front,
): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://double')
  const route = routes.find((one) => one.method === request.method && one.pattern.test(url.pathname))
  const name = route?.name ?? `${request.method} ${url.pathname}`
  const leave = inside.counters.enter(name)
  try {
    const text = await bodyOf(request)
    if (inside.apiKey !== undefined) checkKey(request, inside.apiKey, url.pathname)
    if (route === undefined) return notFound(url.pathname)
    const ask = { parts: partsOf(route, url), query: url.searchParams, body: parse(text, name) }
    const cut = (): void => front().cut(request.socket.remotePort ?? 0)
    return await inside.faults.pass({ name, bytes: text.length, cut }, (portion) =>
      inside.loading ? whileLoading(name, route, ask, portion) : route.handle(ask, portion),
    )
  } finally {
    leave()
  }
}

/** A server that begins has no collections yet, and answers all the same. */
function whileLoading(name: string, route: Route, ask: Ask, portion: Portion): Answer {
  if (name.endsWith('/ready')) return { status: 503 }
  if (name === 'GET /v1/schema') return { status: 200, body: { classes: [] } }
  return /\/(meta|nodes|live)$/.test(name) ? route.handle(ask, portion) : { status: 404 }
}

function notFound(path: string): Answer {
  return { status: 404, body: { code: 404, message: `path ${path} was not found` } }
}

function partsOf(route: Route, url: URL): string[] {
  return (route.pattern.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const HALF_PAIR = /\\u[dD][89a-fA-F]/

/** Half a surrogate pair becomes U+FFFD. */
function wellFormed(_key: string, value: Json): Json {
  return typeof value === 'string' ? value.toWellFormed() : value
}

function parse(text: string, name: string): Json {
  if (text === '') return null
  try {
    return JSON.parse(text, HALF_PAIR.test(text) ? wellFormed : undefined) as Json
  } catch {
    const what = name === 'POST /v1/schema' ? 'objectClass' : 'body'
    const message = `parsing ${what} body from "" failed, because unexpected EOF`
    throw new Answered({ status: 400, body: { code: 400, message } })
  }
}

/** An answer in the shape of the server's own checks of a request. */
export class Answered extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super('answered')
    this.answer = answer
  }
}

/** The body of an error: `{error: [{message}]}`. */
export function errorBody(message: string): { error: { message: string }[] } {
  return { error: [{ message }] }
}

const ANONYMOUS =
  'anonymous access not enabled. Please authenticate through one of the available methods: [API-keys]'

function checkKey(request: IncomingMessage, apiKey: string, path: string): void {
  const input = request.headers.authorization
  if (input === `Bearer ${apiKey}` || isOpen(path, input)) return
  const message = isBearer(input) ? 'unauthorized: invalid api key' : ANONYMOUS
  throw new Answered({ status: 401, body: { code: 401, message } })
}

function isBearer(input: string | undefined): boolean {
  return input?.startsWith('Bearer ') ?? false
}

/** Liveness and readiness answer anyone; how to log in, anyone who does not come with a wrong key. */
function isOpen(path: string, input: string | undefined): boolean {
  if (path.endsWith('/live') || path.endsWith('/ready')) return true
  return path.endsWith('/openid-configuration') && !isBearer(input)
}

function failed(error: unknown): Answer {
  if (error instanceof Answered) return error.answer
  if (error instanceof Refusal) return { status: error.status, body: errorBody(error.message) }
  if (!(error instanceof Failure)) return { status: 500, body: errorBody(String(error)) }
  const wait = error.retryAfterSeconds
  return {
    status: error.http,
    body: errorBody(error.message),
    ...(wait === undefined ? {} : { headers: { 'retry-after': String(wait) } }),
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return
  const body = answer.text ?? (answer.body === undefined ? '' : exactJson(answer.body as Json))
  response.writeHead(answer.status, {
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...answer.headers,
  })
  response.end(body)
}
