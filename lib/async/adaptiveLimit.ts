/** Calls that take this many times as long as a single call are waiting for each other. */
const TOO_LONG = 2
const DECREASE = 0.7
const DECREASE_REFUSED = 0.5
/** The minimum number of calls in a window: the mean of fewer says little. */
const LEAST_CALLS = 4
/** After this many windows, the time of calls that do not wait for each other is measured again. */
const WINDOWS_A_BASE = 50

interface AdaptiveLimitOptions {
  /** The upper limit: what memory allows. */
  readonly most: number
  /** The initial limit. 2. */
  readonly first?: number
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
}

/**
 * Finds out how many calls to have in flight: doubles the limit until calls wait for each other or are refused, then
 * adds one at a time; cuts it by a third if calls take more than twice as long as with few, and by half if they are
 * refused. Counts only calls that began since the last change, so that one burst changes the limit once.
 */
export class AdaptiveLimit {
  readonly #most: number
  readonly #now: () => number
  #count: number
  #inFlight = 0
  #isFilled = false
  #isDoubling = true
  /** Calls that began before the last change have an older one. */
  #epoch = 0
  #calls = 0
  #totalMs = 0
  #baseMs = Number.POSITIVE_INFINITY
  #windows = 0
  #probedFrom: number | undefined
  /** A moving average of the limit, in which older values fade. */
  #average: number

  constructor({ most, first = 2, now = () => performance.now() }: AdaptiveLimitOptions) {
    this.#most = Math.max(1, most)
    this.#count = Math.min(Math.max(1, first), this.#most)
    this.#average = this.#count
    this.#now = now
  }

  /** How many calls may be in flight now; 1 to `most`. */
  get count(): number {
    return this.#count
  }

  /** The recent average limit. */
  get average(): number {
    return Math.round(this.#average)
  }

  /** Records that a call begins; the returned function records its end. */
  begin(): () => void {
    const epoch = this.#epoch
    const began = this.#now()
    let ended = false
    this.#inFlight += 1
    if (this.#inFlight >= this.#count) this.#isFilled = true
    return () => {
      if (ended) return
      ended = true
      this.#inFlight -= 1
      if (epoch === this.#epoch) this.#ended(this.#now() - began)
    }
  }

  /** Records that the store refused a call for lack of capacity, or was unreachable. */
  refused(): void {
    // The rest of a burst that has already changed the limit.
    if (this.#calls === 0 && this.#epoch > 0) return
    this.#isDoubling = false
    this.#probedFrom = undefined
    this.#change(Math.floor(this.#count * DECREASE_REFUSED))
  }

  #ended(ms: number): void {
    this.#calls += 1
    this.#totalMs += ms
    if (this.#calls < Math.max(LEAST_CALLS, this.#count)) return
    const mean = this.#totalMs / this.#calls
    if (this.#probedFrom !== undefined) this.#measured(mean, this.#probedFrom)
    else if (++this.#windows >= WINDOWS_A_BASE && this.#count > 1) this.#probe()
    else this.#judge(mean)
  }

  #judge(mean: number): void {
    this.#baseMs = Math.min(this.#baseMs, mean)
    if (mean > TOO_LONG * this.#baseMs) {
      this.#isDoubling = false
      this.#change(Math.floor(this.#count * DECREASE))
    } else if (this.#isFilled) this.#change(this.#isDoubling ? this.#count * 2 : this.#count + 1)
    else this.#change(this.#count)
  }

  #probe(): void {
    this.#probedFrom = this.#count
    this.#change(Math.floor(this.#count / 2))
  }

  #measured(mean: number, back: number): void {
    this.#baseMs = mean
    this.#windows = 0
    this.#probedFrom = undefined
    this.#change(back)
  }

  #change(count: number): void {
    const next = Math.min(Math.max(1, count), this.#most)
    if (this.#probedFrom === undefined) this.#average += 0.1 * (next - this.#average)
    if (next !== this.#count) this.#epoch += 1
    this.#count = next
    this.#calls = 0
    this.#totalMs = 0
    this.#isFilled = this.#inFlight >= next
  }
}
