import type { RunEvent } from '../../run/event/schema.ts'
import type { PlaceMeter } from '../progress/places.ts'
import type { HistoryEntry, PlaceTraffic } from './entry.ts'
import { hostsOf } from './hosts.ts'

type StalledEvent = Extract<RunEvent, { readonly type: 'stalled' }>

/** Over a shorter time a rate means nothing. */
const LEAST_SECONDS = 0.9
const MOST_PLACES = 100

/** The traffic of one run so far. */
type TrafficFields = Pick<HistoryEntry, 'hosts' | 'traffic'>

/**
 * The traffic of a process, run by run: what is new at each look counts for the current run. Memory: a hundred places a
 * run.
 */
export class RunTraffic {
  readonly #places: Pick<PlaceMeter, 'news' | 'close'>
  #lookedMs = performance.now()
  /** Traffic before the first run, to open its target, counts for that run. */
  #before: TrafficFields = { hosts: [], traffic: [] }
  #stall: { readonly place: string; readonly way: 'in' | 'out'; readonly sinceMs: number } | undefined

  constructor(places: Pick<PlaceMeter, 'news' | 'close'>) {
    this.#places = places
  }

  close(): void {
    this.#places.close()
  }

  /** Takes the traffic from before a run. */
  takeBefore(): TrafficFields {
    this.#before = this.added(this.#before)
    const moved = this.#before
    this.#before = { hosts: [], traffic: [] }
    return moved
  }

  /** Adds what is new. */
  added({ hosts, traffic = [] }: TrafficFields): TrafficFields {
    const now = performance.now()
    const seconds = (now - this.#lookedMs) / 1000
    this.#lookedMs = now
    const byPlace = new Map(traffic.map((one) => [one.place, one]))
    const servers = new Set(hosts)
    for (const { place, isServer, in: bytesIn, out: bytesOut } of this.#places.news()) {
      if (isServer) servers.add(place)
      if (!byPlace.has(place) && byPlace.size >= MOST_PLACES) continue
      byPlace.set(place, grown(byPlace.get(place) ?? nothing(place), bytesIn, bytesOut, seconds))
    }
    return { hosts: [...servers], traffic: [...byPlace.values()] }
  }

  /** Called when a server or a disk acknowledges nothing any more. */
  stalled(
    moved: TrafficFields,
    { for: cause, waits_for: name, direction, seconds }: StalledEvent,
  ): TrafficFields {
    if (cause !== 'server' && cause !== 'disk') return moved
    const [place = name] = hostsOf(name)
    const way = direction ?? (cause === 'disk' ? 'out' : 'in')
    this.#stall = { place, way, sinceMs: performance.now() - seconds * 1000 }
    return changed(moved, place, (one) =>
      way === 'in' ? { ...one, stalls_in: one.stalls_in + 1 } : { ...one, stalls_out: one.stalls_out + 1 },
    )
  }

  /** Called when it acknowledges again, or the run has ended. */
  resumed(moved: TrafficFields): TrafficFields {
    const stall = this.#stall
    this.#stall = undefined
    if (stall === undefined) return moved
    const seconds = Math.round(performance.now() - stall.sinceMs) / 1000
    return changed(moved, stall.place, (one) =>
      stall.way === 'in'
        ? { ...one, stalled_in_seconds: one.stalled_in_seconds + seconds }
        : { ...one, stalled_out_seconds: one.stalled_out_seconds + seconds },
    )
  }
}

function nothing(place: string): PlaceTraffic {
  const none = { stalls_in: 0, stalls_out: 0, stalled_in_seconds: 0, stalled_out_seconds: 0 }
  return { place, bytes_in: 0, bytes_out: 0, ...none }
}

function grown(traffic: PlaceTraffic, bytesIn: number, bytesOut: number, seconds: number): PlaceTraffic {
  const rated = seconds >= LEAST_SECONDS
  const most = (before: number | undefined, bytes: number) =>
    rated ? Math.max(before ?? 0, Math.round(bytes / seconds)) : before
  const mostIn = most(traffic.most_in_per_second, bytesIn)
  const mostOut = most(traffic.most_out_per_second, bytesOut)
  return {
    ...traffic,
    bytes_in: traffic.bytes_in + bytesIn,
    bytes_out: traffic.bytes_out + bytesOut,
    ...(mostIn !== undefined && { most_in_per_second: mostIn }),
    ...(mostOut !== undefined && { most_out_per_second: mostOut }),
  }
}

function changed(
  moved: TrafficFields,
  place: string,
  change: (one: PlaceTraffic) => PlaceTraffic,
): TrafficFields {
  const traffic = moved.traffic ?? []
  const known = traffic.some((one) => one.place === place) ? traffic : [...traffic, nothing(place)]
  return { ...moved, traffic: known.map((one) => (one.place === place ? change(one) : one)) }
}

/** All bytes that a run moved, in or out. */
export function movedBytes(traffic: readonly PlaceTraffic[] = []): {
  readonly in: number
  readonly out: number
} {
  return {
    in: traffic.reduce((sum, { bytes_in }) => sum + bytes_in, 0),
    out: traffic.reduce((sum, { bytes_out }) => sum + bytes_out, 0),
  }
}
