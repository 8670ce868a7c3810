import { Transform, type TransformCallback } from 'node:stream'
import { setTimeout as timer } from 'node:timers/promises'
import type { Stage } from '../core/stage.ts'

/** How much may flow in a second; undefined: as much as comes. */
export interface Rates {
  readonly items?: number | undefined
  /** In the unit of `weigh`. */
  readonly bytes?: number | undefined
}

/** Time, for a test that does not want to wait for it. */
export interface PaceClock {
  now(): number
  /** @throws the signal's reason once that is aborted */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

const CLOCK: PaceClock = {
  now: () => performance.now(),
  wait: (ms, signal) => timer(ms, undefined, { signal }),
}

/** What was not used of so much time may be caught up with. */
const BURST_MS = 200

/** A chunk is so much time of its rate at most, unless one item is more. */
const CHUNKS_A_SECOND = 10

/**
 * A rate that several streams share. What passes takes a time of its own by what it weighs, in the order in which it was
 * asked for, so that no time is lost nor made up for, but for a fifth of a second.
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

  /** Resolves when so much may pass. */
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

/** When so much may pass, and when what comes after it may. */
function reserved(now: number, next: number, amount: number, rate: number | undefined): [number, number] {
  if (rate === undefined) return [now, now]
  const at = Math.max(next, now - BURST_MS)
  return [at, at + (1000 * amount) / rate]
}

/**
 * Arrays → the same arrays, in order, no faster than a pace that several streams share: within 10 % over any five seconds,
 * where none of them is more than `mostAtOnce`, save a single item. Memory: an array.
 */
export function paced<T>(pace: Pace, weigh: (item: T) => number): Stage<readonly T[], readonly T[]> {
  return new Paced(pace, weigh)
}

/** What an array may hold so that what flows stays even: a tenth of a second of the pace, or one item. */
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
