import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { PlaceBytes } from '../../core/channel/byteMeter.ts'
import { REQUEST_STARTED, type ServerRequest } from '../../core/channel/requests.ts'

/** Node publishes each socket before it connects, including those of http, http2, tls and fetch. */
const SOCKETS = 'net.client.socket'
/** How many names and servers are remembered. */
const MOST_KNOWN = 1000

interface Peer {
  readonly socket: Socket
  /** The name as requested; absent if it was an address. */
  name?: string
  address?: string
  port?: number
}

/** The performance entry of a name lookup. */
interface LookupEntry extends PerformanceEntry {
  readonly detail?: Lookup
}

interface Lookup {
  readonly hostname?: string
  readonly addresses?: readonly { readonly address?: string }[]
}

/**
 * The connections that this process really opens, by `HOST:PORT`, and the traffic of each: bytes as the sockets count
 * them, protocol overhead included. A looked-up name replaces its address. Memory: a few numbers a server.
 */
export class SocketMeter {
  readonly #done = new Map<string, PlaceBytes>()
  readonly #open = new Set<Peer>()
  readonly #names = new Map<string, string>()
  readonly #lookedUpNames = new Set<string>()
  readonly #lookups = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LookupEntry[]) this.#lookedUp(entry.detail ?? {})
  })

  constructor() {
    subscribe(SOCKETS, this.#opened)
    REQUEST_STARTED.subscribe(this.#requested)
    this.#lookups.observe({ entryTypes: ['dns'] })
  }

  close(): void {
    unsubscribe(SOCKETS, this.#opened)
    REQUEST_STARTED.unsubscribe(this.#requested)
    this.#lookups.disconnect()
  }

  /** The traffic so far of every server that was ever connected, open connections included. */
  totals(): Map<string, PlaceBytes> {
    const totals = new Map([...this.#done].map(([server, bytes]) => [server, { ...bytes }]))
    for (const peer of this.#open) this.#add(totals, peer)
    return totals
  }

  /** Bytes sent to a server so far. */
  sentTo(server: string): number {
    let sent = this.#done.get(server)?.out ?? 0
    for (const peer of this.#open) if (this.#serverOf(peer) === server) sent += peer.socket.bytesWritten
    return sent
  }

  readonly #opened = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }
    const peer: Peer = { socket }
    this.#open.add(peer)
    socket.once('lookup', (_error, _address, _family, host: string) => {
      peer.name = host
    })
    socket.once('connect', () => {
      peer.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
      if (socket.remotePort !== undefined) peer.port = socket.remotePort
    })
    socket.once('close', () => {
      this.#open.delete(peer)
      this.#add(this.#done, peer)
    })
  }

  /** gRPC looks up names itself: its sockets know only addresses. */
  #lookedUp({ hostname, addresses = [] }: Lookup): void {
    if (hostname === undefined || this.#names.size >= MOST_KNOWN) return
    for (const { address } of addresses) if (address !== undefined) this.#names.set(address, hostname)
  }

  readonly #requested = (message: unknown): void => {
    if (this.#lookedUpNames.size < MOST_KNOWN) this.#lookedUpNames.add((message as ServerRequest).server)
  }

  #add(totals: Map<string, PlaceBytes>, peer: Peer): void {
    const server = this.#serverOf(peer)
    if (server === undefined) return
    const there = totals.get(server) ?? { in: 0, out: 0 }
    totals.set(server, there)
    there.in += peer.socket.bytesRead
    there.out += peer.socket.bytesWritten
  }

  /** Undefined for a socket that never connected, or that is not a network connection. */
  #serverOf({ name, address, port }: Peer): string | undefined {
    if (address === undefined || port === undefined) return undefined
    if (name !== undefined) return `${name}:${port}`
    const known = this.#names.get(address)
    if (known !== undefined && this.#lookedUpNames.has(`${known}:${port}`)) return `${known}:${port}`
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  }
}
