import type { RunEvent } from '../../run/event/schema.ts'
import type { PlaceMeter } from '../progress/places.ts'
import type { HistoryEntry, PlaceTraffic } from './entry.ts'
import { hostsOf } from './hosts.ts'

type Stalled = Extract<RunEvent, { readonly type: 'stalled' }>

/** Of a shorter time a rate says nothing. */
const LEAST_SECONDS = 0.9
const MOST_PLACES = 100

/** What one run moved so far. */
type Moved = Pick<HistoryEntry, 'hosts' | 'traffic'>

/**
 * What a process moves, run by run: what is new at each look counts for the run that is at hand. Memory: a hundred places a run.
 */
export class RunTraffic {
  readonly #places: Pick<PlaceMeter, 'news' | 'close'>
  #lookedMs = performance.now()
  /** What was moved before the first run, to open its target, is of that. */
  #before: Moved = { hosts: [], traffic: [] }
  #stall: { readonly place: string; readonly way: 'in' | 'out'; readonly sinceMs: number } | undefined

  constructor(places: Pick<PlaceMeter, 'news' | 'close'>) {
    this.#places = places
  }

  close(): void {
    this.#places.close()
  }

  /** What a run that begins has behind it. */
  takeBefore(): Moved {
    this.#before = this.added(this.#before)
    const moved = this.#before
    this.#before = { hosts: [], traffic: [] }
    return moved
  }

  /** The same with what is new. */
  added({ hosts, traffic = [] }: Moved): Moved {
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

  /** Nothing is acknowledged any more: of a server or a disk. */
  stalled(moved: Moved, { for: what, waits_for: name, direction, seconds }: Stalled): Moved {
    if (what !== 'server' && what !== 'disk') return moved
    const [place = name] = hostsOf(name)
    const way = direction ?? (what === 'disk' ? 'out' : 'in')
    this.#stall = { place, way, sinceMs: performance.now() - seconds * 1000 }
    return changed(moved, place, (one) =>
      way === 'in' ? { ...one, stalls_in: one.stalls_in + 1 } : { ...one, stalls_out: one.stalls_out + 1 },
    )
  }

  /** It goes on again, or the run has ended. */
  resumed(moved: Moved): Moved {
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

function grown(one: PlaceTraffic, bytesIn: number, bytesOut: number, seconds: number): PlaceTraffic {
  const rated = seconds >= LEAST_SECONDS
  const most = (before: number | undefined, bytes: number) =>
    rated ? Math.max(before ?? 0, Math.round(bytes / seconds)) : before
  const mostIn = most(one.most_in_per_second, bytesIn)
  const mostOut = most(one.most_out_per_second, bytesOut)
  return {
    ...one,
    bytes_in: one.bytes_in + bytesIn,
    bytes_out: one.bytes_out + bytesOut,
    ...(mostIn !== undefined && { most_in_per_second: mostIn }),
    ...(mostOut !== undefined && { most_out_per_second: mostOut }),
  }
}

function changed(moved: Moved, place: string, change: (one: PlaceTraffic) => PlaceTraffic): Moved {
  const traffic = moved.traffic ?? []
  const known = traffic.some((one) => one.place === place) ? traffic : [...traffic, nothing(place)]
  return { ...moved, traffic: known.map((one) => (one.place === place ? change(one) : one)) }
}

/** All that a run moved, in or out. */
export function movedBytes(traffic: readonly PlaceTraffic[] = []): {
  readonly in: number
  readonly out: number
} {
  return {
    in: traffic.reduce((sum, { bytes_in }) => sum + bytes_in, 0),
    out: traffic.reduce((sum, { bytes_out }) => sum + bytes_out, 0),
  }
}
