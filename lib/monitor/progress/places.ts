import { ByteMeter, type PlaceBytes } from '../../core/channel/byteMeter.ts'
import { SocketMeter } from './sockets.ts'

/** The traffic with one place since the last call. */
export interface PlaceDelta extends PlaceBytes {
  readonly place: string
  /** A server: there was a connection to it. */
  readonly isServer: boolean
}

/** All traffic of this process, by place: connections, SQLite stores and archives. */
export class PlaceMeter {
  readonly #sockets = new SocketMeter()
  readonly #files = new ByteMeter()
  readonly #reported = new Map<string, PlaceBytes>()

  close(): void {
    this.#sockets.close()
    this.#files.close()
  }

  /** The sums over all places, in and out. */
  sums(): PlaceBytes {
    const sums = { in: 0, out: 0 }
    for (const one of [...this.#sockets.totals().values(), ...this.#files.totals().values()]) {
      sums.in += one.in
      sums.out += one.out
    }
    return sums
  }

  /** Bytes that the connections to a server have sent so far. */
  sentTo(server: string): number {
    return this.#sockets.sentTo(server)
  }

  /** The traffic since the last call; a server appears with its first connection. */
  news(): PlaceDelta[] {
    const news = (totals: Map<string, PlaceBytes>, isServer: boolean) =>
      [...totals].flatMap(([place, now]): PlaceDelta[] => {
        const before = this.#reported.get(place)
        this.#reported.set(place, { ...now })
        const [bytesIn, bytesOut] = [now.in - (before?.in ?? 0), now.out - (before?.out ?? 0)]
        const isNews = before === undefined || bytesIn > 0 || bytesOut > 0
        return isNews ? [{ place, isServer, in: Math.max(0, bytesIn), out: Math.max(0, bytesOut) }] : []
      })
    return [...news(this.#sockets.totals(), true), ...news(this.#files.totals(), false)]
  }
}
