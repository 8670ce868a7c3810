import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Address } from '../serve/address.ts'
import { listening } from '../serve/listening.ts'
import { readAssets } from './assets.ts'
import type { DashboardSources } from './facts.ts'
import { guardAccess } from './guard/access.ts'
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
  const address = await listening(server, listen, { what: 'the page', flag: '--listen' })
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
