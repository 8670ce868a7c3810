import type { PlaceTraffic } from '../entry.ts'
import { invalidEntry } from './invalidEntry.ts'

const LONGEST_PLACE = 4000

/** Traffic as `details` stores it: a server is its position in `hosts`. */
type PackedTraffic = readonly [
  place: number | string,
  ...[bytesIn: number, bytesOut: number, mostIn: number | null, mostOut: number | null],
  ...[stallsIn?: number, stallsOut?: number, stalledIn?: number, stalledOut?: number],
]

/** The amounts without names; a server is its position in `hosts`. */
export function packTraffic(one: PlaceTraffic, hosts: readonly string[]): PackedTraffic {
  const { place, bytes_in, bytes_out, most_in_per_second: mostIn, most_out_per_second: mostOut } = one
  const at = hosts.indexOf(place)
  const moved = [bytes_in, bytes_out, mostIn ?? null, mostOut ?? null] as const
  const stalls = [one.stalls_in, one.stalls_out, one.stalled_in_seconds, one.stalled_out_seconds] as const
  const name = at === -1 ? place.slice(0, LONGEST_PLACE) : at
  return stalls.some((amount) => amount > 0) ? [name, ...moved, ...stalls] : [name, ...moved]
}

/** The inverse of `packTraffic`. @throws InvalidEntry for anything that it never returns */
export function unpackTraffic(packed: unknown, hosts: readonly string[]): PlaceTraffic {
  const [place, bytesIn, bytesOut, mostIn, mostOut, ...stalls] = Array.isArray(packed) ? packed : []
  const [stallsIn = 0, stallsOut = 0, stalledIn = 0, stalledOut = 0] = stalls
  const name = typeof place === 'number' ? hosts[place] : place
  const amounts = [bytesIn, bytesOut, mostIn ?? 0, mostOut ?? 0, stallsIn, stallsOut, stalledIn, stalledOut]
  if (typeof name !== 'string' || !amounts.every((one) => typeof one === 'number')) {
    throw invalidEntry('traffic', JSON.stringify(packed))
  }
  return {
    ...{ place: name, bytes_in: bytesIn, bytes_out: bytesOut },
    ...(mostIn !== null && { most_in_per_second: mostIn }),
    ...(mostOut !== null && { most_out_per_second: mostOut }),
    ...{ stalls_in: stallsIn, stalls_out: stallsOut },
    ...{ stalled_in_seconds: stalledIn, stalled_out_seconds: stalledOut },
  }
}
