import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls'

/** PEM texts. */
export interface Tls {
  readonly key: string
  readonly cert: string
  /** Callers have to come with a certificate that this authority has signed. */
  readonly clientsOf?: string
}

/**
 * A door before a server: what lets a test close the listener, break one caller's connection in the middle of
 * a call, or come back on the same port, whatever protocol is spoken. TLS ends here.
 */
export class Front {
  readonly #upstream: number
  readonly #tls: TlsOptions | undefined
  readonly #sockets = new Set<Socket>()
  /** The callers' sockets by the local port of their connection to the server behind. */
  readonly #callers = new Map<number, Socket>()
  #server: Server | undefined
  #port: number

  /**
   * `port` 0 takes any free one, which `open` then keeps for ever. `protocol` is what TLS callers agree on.
   */
  constructor(upstream: number, protocol: 'http/1.1' | 'h2', tls: Tls | undefined, port = 0) {
    this.#upstream = upstream
    const { clientsOf, ...own } = tls ?? {}
    const asked = clientsOf !== undefined && { ca: clientsOf, requestCert: true, rejectUnauthorized: true }
    this.#tls = tls && { ...own, ...asked, ALPNProtocols: [protocol] }
    this.#port = port
  }

  get port(): number {
    return this.#port
  }

  async open(): Promise<void> {
    if (this.#server !== undefined) return
    const take = (socket: Socket): void => this.#take(socket)
    const server: Server = this.#tls
      ? createTlsServer(this.#tls, take)
      : createServer({ noDelay: true }, take)
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** Refuses new connections and breaks those that are there. */
  async shut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) abort(socket)
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    await closed
  }

  /** Breaks the connection that the server behind sees as coming from `peerPort`. */
  cut(peerPort: number): void {
    const caller = this.#callers.get(peerPort)
    if (caller !== undefined) abort(caller)
  }

  #take(caller: Socket): void {
    const inner = connect({ port: this.#upstream, host: '127.0.0.1', noDelay: true })
    inner.once('connect', () => this.#callers.set(inner.localPort ?? 0, caller))
    for (const [from, to] of [
      [caller, inner],
      [inner, caller],
    ] as const) {
      this.#sockets.add(from)
      from.on('error', () => to.destroy())
      from.once('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
    inner.once('close', () => this.#callers.delete(inner.localPort ?? 0))
  }
}

/**
 * Ends a connection as a network does that breaks: with RST where the platform lets us. `resetAndDestroy`
 * ends the stream first, and a socket that is destroyed by anything else in that moment keeps its handle for
 * ever; so its flag is set here and the socket destroyed at once.
 */
function abort(socket: Socket): void {
  if (!(socket instanceof TLSSocket || socket.writableEnded)) Object.assign(socket, { resetAndClosing: true })
  socket.destroy()
}
