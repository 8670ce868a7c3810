import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf } from '../../core/errors.ts'
import { type Address, hostText } from '../serve/address.ts'
import { startListening } from '../serve/listening.ts'
import { isOwnHost } from '../serve/ownHost.ts'
import { CONTENT_TYPE } from './exposition.ts'

/** The metrics of this process. Loads prom-client, which no others need. */
export async function processMetrics(): Promise<() => Promise<string>> {
  return (await import('./process.ts')).processMetrics()
}

/** What the server answers with. */
export interface MetricsHandlers {
  /** The text of /metrics; if it throws, the answer is a 500 with the message. */
  readonly metrics: () => Promise<string>
  /** Whether the command does its work by now; by default always true. */
  readonly isReady?: () => boolean
}

/** A server of metrics. It does not keep the process alive. */
export interface MetricsServer {
  /** `http://127.0.0.1:9464`, with the actual port if 0 was asked for. */
  readonly url: string
  close(): Promise<void>
}

const MOST_CONNECTIONS = 32
const REQUEST_MS = 10_000

/**
 * Serves `/metrics`, `/live` (200 while the process answers) and `/ready` (503 until its work has begun) to GET and
 * HEAD. A `Host` that is neither an address of this connection nor a name of this machine gets 421: another page's name
 * may have been pointed at this machine. Memory: one text, however many clients ask at once.
 * @throws ElysiaError ELYSIA_STATE if the address is not available
 */
export async function serveMetrics(listen: Address, served: MetricsHandlers): Promise<MetricsServer> {
  let pendingText: Promise<string> | undefined
  const metrics = () => {
    pendingText ??= served.metrics().finally(() => {
      pendingText = undefined
    })
    return pendingText
  }
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      void answer(request, listen.host, { ...served, metrics }).then((what) => send(request, response, what))
    },
  )
  server.maxConnections = MOST_CONNECTIONS
  const address = await startListening(server, listen, { what: 'the metrics', flag: '--metrics-listen' })
  server.unref()
  return { url: `http://${hostText(address)}`, close: () => closeServer(server) }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly type?: string
}

async function answer(request: IncomingMessage, host: string, served: MetricsHandlers): Promise<Answer> {
  const { method, url = '/' } = request
  if (!isOwnHost(request, host)) return { status: 421, text: 'this is not a name of this server\n' }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'GET and HEAD only\n' }
  const [path] = url.split('?', 1)
  if (path === '/live') return { status: 200, text: 'live\n' }
  if (path === '/ready') {
    const ready = served.isReady?.() ?? true
    return ready ? { status: 200, text: 'ready\n' } : { status: 503, text: 'not ready yet\n' }
  }
  if (path !== '/metrics') return { status: 404, text: 'there are /metrics, /live and /ready\n' }
  try {
    return { status: 200, text: await served.metrics(), type: CONTENT_TYPE }
  } catch (error) {
    return { status: 500, text: `${messageOf(error)}\n` }
  }
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, text, type }: Answer): void {
  response.writeHead(status, {
    'content-type': type ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  })
  response.end(method === 'HEAD' ? undefined : text)
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
