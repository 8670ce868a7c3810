import { Transform, type TransformCallback } from 'node:stream'
import { setTimeout as timer } from 'node:timers/promises'
import type { Stage } from '../core/stage.ts'

/** How much may flow per second; undefined means no limit. */
export interface Rates {
  readonly items?: number | undefined
  /** In the unit of `weigh`. */
  readonly bytes?: number | undefined
}

/** A clock, replaceable in tests to avoid waiting. */
export interface PaceClock {
  now(): number
  /** @throws the signal's reason once it aborts */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const CLOCK: PaceClock = {
  now: () => performance.now(),
  wait: (ms, signal) => timer(ms, undefined, { signal }),
}

/** Up to this much unused time may be made up for. */
const BURST_MS = 200

/** A chunk takes at most this fraction of a second at its rate, unless a single item takes more. */
const CHUNKS_A_SECOND = 10

/**
 * A rate shared by several streams. Everything that passes takes time in proportion to its weight, in the order of
 * requests, so that no time is lost, and at most a fifth of a second is made up for.
 */
export class Pace {
  readonly rates: Rates
  readonly #clock: PaceClock
  #nextItems: number
  #nextBytes: number

  constructor(rates: Rates, clock: PaceClock = CLOCK) {
    this.rates = rates
    this.#clock = clock
    this.#nextItems = clock.now()
    this.#nextBytes = this.#nextItems
  }

  /** Resolves when this amount may pass. */
  async pass(items: number, bytes: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    const [ofItems, afterItems] = reserved(now, this.#nextItems, items, this.rates.items)
    const [ofBytes, afterBytes] = reserved(now, this.#nextBytes, bytes, this.rates.bytes)
    this.#nextItems = afterItems
    this.#nextBytes = afterBytes
    const waitMs = Math.max(ofItems, ofBytes) - now
    if (waitMs > 0) await this.#clock.wait(waitMs, signal)
  }
}

/** When this amount may pass, and when the next one may. */
function reserved(now: number, next: number, amount: number, rate: number | undefined): [number, number] {
  if (rate === undefined) return [now, now]
  const at = Math.max(next, now - BURST_MS)
  return [at, at + (1000 * amount) / rate]
}

/**
 * Passes arrays on, in order, no faster than a pace that several streams share: within 10 % over any five seconds, if
 * no array is larger than `mostAtOnce`, except for a single item. Memory: an array.
 */
export function paceArrays<T>(pace: Pace, weigh: (item: T) => number): Stage<readonly T[], readonly T[]> {
  return new Paced(pace, weigh)
}

/** The maximum size of an array for an even flow: a tenth of a second of the pace, or one item. */
export function mostAtOnce({ rates: { items, bytes } }: Pace): {
  readonly count: number
  readonly bytes: number
} {
  return {
    count: items === undefined ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.floor(items / CHUNKS_A_SECOND)),
    bytes: bytes === undefined ? Number.MAX_SAFE_INTEGER : Math.max(1, bytes / CHUNKS_A_SECOND),
  }
}

class Paced<T> extends Transform {
  readonly #pace: Pace
  readonly #weigh: (item: T) => number
  readonly #ended = new AbortController()

  constructor(pace: Pace, weigh: (item: T) => number) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 0 })
    this.#pace = pace
    this.#weigh = weigh
  }

  override _transform(items: readonly T[], _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes =
      this.#pace.rates.bytes === undefined ? 0 : items.reduce((sum, one) => sum + this.#weigh(one), 0)
    this.#pace.pass(items.length, bytes, this.#ended.signal).then(() => done(null, items), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended.abort()
    done(error)
  }
}
