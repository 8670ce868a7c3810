// A server that takes messages, over real sockets, and fails on demand.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Test } from 'tap'

/** What it does with a request: an answer, or something else. */
export type Behavior =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'reset'
  | 'cut'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** On the clock of `performance`. */
  readonly at: number
  /** Milliseconds since 1970. */
  readonly time: number
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** What follows; the last of them goes on for ever. */
  behave(...behaviors: Behavior[]): void
  /** Resolves once so many requests came. */
  until(count: number): Promise<void>
}

const OK: Behavior = { status: 200, body: 'ok' }

/** Starts one; it ends with the test. `tls` gives key and certificate. */
export async function receiver(
  t: Test,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Receiver> {
  const received: Received[] = []
  let behaviors: Behavior[] = [OK]
  const waiting: (() => void)[] = []
  const sockets = new Set<Socket>()
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    received.push({
      method,
      path,
      headers,
      body: Buffer.concat(chunks).toString(),
      at: performance.now(),
      time: Date.now(),
    })
    for (const look of waiting) look()
    const behavior = behaviors.length > 1 ? behaviors.shift()! : behaviors[0]!
    if (behavior === 'hang') return
    if (behavior === 'reset') return void request.socket.resetAndDestroy()
    if (behavior === 'cut') {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('half')
      return void setTimeout(() => request.socket.destroy(), 20)
    }
    response.writeHead(behavior.status, behavior.headers)
    response.end(behavior.body ?? '')
  }
  const server = tls === undefined ? createServer(listener) : createSecure(tls, listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    received,
    behave: (...next) => {
      behaviors = next
    },
    until: (count) =>
      new Promise((resolve) => {
        const look = () => received.length >= count && resolve()
        waiting.push(look)
        look()
      }),
  }
}
