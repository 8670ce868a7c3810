/** The window of a displayed rate: long enough to be steady, short enough to show that a server is gone. */
const WINDOW_MS = 10_000
/** The window of an estimated end: a short pause of a server should not change it much. */
export const LONG_WINDOW_MS = 60_000
/** Before that no rate is known. */
const LEAST_MS = 1000
/** More frequent reports count as one sample. */
const APART_MS = 200
/** The fewest samples kept if reports are rarer than the window is long. */
const LEAST_SAMPLES = 4

interface Sample {
  readonly ms: number
  readonly done: number
}

/**
 * A rate over time. Memory: a few hundred samples. Uses no clock: times are milliseconds of any clock that only goes
 * forward.
 */
export class Pace {
  readonly #windowMs: number
  /** Newest last. */
  #samples: Sample[] = []

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs
  }

  /** Records how much is done; if it is less than before, a new count begins. */
  note(done: number, ms: number): void {
    const samples = this.#samples
    const last = samples.at(-1)
    if (last !== undefined && done < last.done) samples.length = 0
    if (last?.done === done) return
    if (samples.length > 1 && ms - samples.at(-2)!.ms < APART_MS) samples.pop()
    samples.push({ ms, done })
    while (samples.length > LEAST_SAMPLES && samples[1]!.ms < ms - this.#windowMs) samples.shift()
  }

  /** The recent rate in things a second; undefined until there are enough samples, and once nothing moves any more. */
  rate(ms: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || first === last) return undefined
    // The next report is not late before the usual distance between two has passed.
    const apart = (last.ms - first.ms) / (this.#samples.length - 1)
    if (ms - last.ms > Math.max(this.#windowMs, LEAST_SAMPLES * apart)) return undefined
    const elapsed = Math.max(last.ms, ms - apart) - first.ms
    return elapsed < LEAST_MS ? undefined : (last.done - first.done) / (elapsed / 1000)
  }
}
