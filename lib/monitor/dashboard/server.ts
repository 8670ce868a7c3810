import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Address } from '../serve/address.ts'
import { startListening } from '../serve/listening.ts'
import { readAssets } from './assets.ts'
import type { DashboardSources } from './facts.ts'
import { guardAccess } from './guard/access.ts'
import { gatherFacts } from './live/gather.ts'
import { liveStream } from './live/stream.ts'
import { answerRequest } from './routes.ts'

/** How long open answers may take to end. */
const DRAIN_MS = 2000

/** A running dashboard. */
export interface Dashboard {
  /** The link to open: it contains the secret that grants access. */
  readonly link: string
  readonly address: Address
  /** The number of connected browsers. */
  readonly watchers: number
  /** Takes no more requests, and lets the current ones end. */
  close(): Promise<void>
}

/**
 * Serves the page at an address. Answers anyone who has the link and uses the server's own name; no request changes
 * anything. Size and duration of requests are bounded.
 * @throws ElysiaError ELYSIA_STATE if the address is not available; ELYSIA_INTERNAL if the page's files are missing
 */
export async function serveDashboard(sources: DashboardSources, listen: Address): Promise<Dashboard> {
  const assets = await readAssets()
  const { history } = sources
  const gathering = gatherFacts(sources)
  const stream = liveStream(() => history.version(), gathering.live)
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, maxHeaderSize: 16_384 })
  const address = await startListening(server, listen, { what: 'the page', flag: '--listen' })
  const access = guardAccess(address)
  const site = { access, assets, history, gathering, stream }
  server.on('request', (request, response) => void answerRequest(site, request, response))
  return {
    link: access.link,
    address,
    get watchers() {
      return stream.watchers
    },
    async close() {
      stream.close()
      await closeServer(server)
    },
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(timer)
}
