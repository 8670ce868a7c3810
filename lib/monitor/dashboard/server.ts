import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { readAssets } from './assets.ts'
import type { DashboardSources } from './facts.ts'
import { guardAccess } from './guard/access.ts'
import { type Address, hostText } from './guard/address.ts'
import { gather } from './live/gather.ts'
import { liveStream } from './live/stream.ts'
import { answer } from './routes.ts'

/** The time that an open answer has to end. */
const DRAIN_MS = 2000

/** A dashboard that is seen. */
export interface Dashboard {
  /** What to open: it holds the secret that lets in. */
  readonly link: string
  readonly address: Address
  /** Browsers that look on now. */
  readonly watchers: number
  /** Takes no more requests, and lets those under way end. */
  close(): Promise<void>
}

/**
 * Serves the page at an address. Requests are answered to whoever has the link, under the server's own name, and change
 * nothing. What a request may hold, and how long it may take, is bounded.
 * @throws ElysiaError ELYSIA_STATE where the address cannot be had; ELYSIA_INTERNAL where the page's files are missing
 */
export async function serveDashboard(sources: DashboardSources, listen: Address): Promise<Dashboard> {
  const assets = await readAssets()
  const { history } = sources
  const gathering = gather(sources)
  const stream = liveStream(() => history.version(), gathering.live)
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 16_384 })
  const address = { host: listen.host, port: await listening(server, listen) }
  const access = guardAccess(address)
  const site = { access, assets, history, gathering, stream }
  server.on('request', (request, response) => void answer(site, request, response))
  return {
    link: access.link,
    address,
    get watchers() {
      return stream.watchers
    },
    async close() {
      stream.close()
      await ended(server)
    },
  }
}

async function ended(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(timer)
}

async function listening(server: Server, address: Address): Promise<number> {
  try {
    server.listen({ host: address.host, port: address.port })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch (error) {
    throw taken(address, error)
  }
}

function taken(address: Address, cause: unknown): ElysiaError {
  const text = hostText(address)
  const { code } = cause as NodeJS.ErrnoException
  const lacks: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [
      `another program listens on ${text}`,
      'give another port, or --listen 127.0.0.1:0 for any that is free',
    ],
    EACCES: [`this user may not listen on ${text}`, 'give a port from 1024 on'],
    EADDRNOTAVAIL: [`${text} is no address of this machine`, 'give one that it has, such as 127.0.0.1:0'],
    ENOTFOUND: [`${text} is no address that is known`, 'give one of this machine, such as 127.0.0.1:0'],
  }
  const [message, hint] = lacks[code ?? ''] ?? [
    `${text} cannot be listened on: ${messageOf(cause)}`,
    'give another address with --listen',
  ]
  return new ElysiaError('ELYSIA_STATE', message, { hint, cause })
}
