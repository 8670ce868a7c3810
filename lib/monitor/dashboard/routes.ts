import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../core/errors.ts'
import type { HistoryChoice, HistoryReader, HistoryStatus } from '../history/entry.ts'
import { HISTORY_STATUSES } from '../history/statuses.ts'
import type { Assets } from './assets.ts'
import type { Access } from './guard/access.ts'
import { ALWAYS } from './guard/headers.ts'
import { ENTRANCE, SERVED_POLICY, servedPage } from './html.ts'
import type { DashboardFacts } from './live/gather.ts'
import type { LiveStream } from './live/stream.ts'
import { runPage } from './runPage.ts'

/** What answers are made from. */
export interface DashboardContext {
  readonly access: Access
  readonly assets: Assets
  readonly history: HistoryReader
  readonly gathering: DashboardFacts
  readonly stream: LiveStream
}

const PAGE_RUNS = 100
const HTML = 'text/html; charset=utf-8'
const TEXT = 'text/plain; charset=utf-8'

/** Answers one request. No path changes anything. */
export async function answerRequest(
  site: DashboardContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value)
  try {
    const decision = site.access.decide(request)
    if (decision.is === 'allowed') return await answerAllowed(site, request, response)
    if (decision.is === 'let_in') return letIn(response, decision)
    if (decision.status === 405) response.setHeader('Allow', 'GET, HEAD')
    send(response, decision.status, TEXT, `${decision.why}\n`)
  } catch (error) {
    if (!response.headersSent) send(response, 500, TEXT, `${messageOf(error)}\n`)
    else response.destroy()
  }
}

function letIn(
  response: ServerResponse,
  { cookie, redirects }: { cookie: string; redirects: boolean },
): void {
  response.setHeader('Set-Cookie', cookie)
  if (redirects) response.setHeader('Location', '/')
  send(response, redirects ? 303 : 200, HTML, redirects ? '' : ENTRANCE)
}

async function answerAllowed(
  site: DashboardContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://dashboard.invalid')
  if (url === null) return send(response, 404, TEXT, 'there is no such page\n')
  const { pathname, searchParams } = url
  switch (pathname) {
    case '/':
      response.setHeader('Content-Security-Policy', `${SERVED_POLICY}; frame-ancestors 'none'`)
      return send(response, 200, HTML, servedPage(await site.gathering.page()))
    case '/page.js':
      return send(response, 200, 'text/javascript; charset=utf-8', site.assets.script)
    case '/page.css':
      return send(response, 200, 'text/css; charset=utf-8', site.assets.style)
    case '/api/report':
      return json(response, await site.gathering.report())
    case '/api/page':
      return json(response, await site.gathering.page())
    case '/api/runs':
      return json(response, runPage(site.history, choiceOf(searchParams), PAGE_RUNS))
    case '/api/run':
      return run(site, searchParams.get('id') ?? '', response)
    case '/api/live':
      return live(site, request, response)
    default:
      return send(response, 404, TEXT, 'there is no such page\n')
  }
}

async function run({ gathering }: DashboardContext, id: string, response: ServerResponse): Promise<void> {
  const facts = await gathering.run(id)
  if (facts.entries.length === 0) return send(response, 404, TEXT, 'the history has no such run\n')
  json(response, facts)
}

function live({ stream }: DashboardContext, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
  const last = request.headers['last-event-id']
  if (request.method === 'HEAD') response.end()
  else if (!stream.add(response, typeof last === 'string' ? last : undefined)) response.end()
}

/** Reads the query of a list; ignores what it does not know. */
function choiceOf(query: URLSearchParams): HistoryChoice {
  const status = (query.get('status') ?? '').split(',').filter(isStatus)
  const text = (name: string) => query.get(name) || undefined
  const [kind, collection, before] = [text('kind'), text('collection'), text('before')]
  return {
    ...(kind !== undefined && { kind: [kind] }),
    ...(status.length > 0 && { status }),
    ...(collection !== undefined && { collection }),
    ...(before !== undefined && { before }),
  }
}

function isStatus(text: string): text is HistoryStatus {
  return (HISTORY_STATUSES as readonly string[]).includes(text)
}

function json(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json', JSON.stringify(value))
}

/** Node omits the body for HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
