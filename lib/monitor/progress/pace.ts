/** So far back a rate looks that is shown: long enough to be steady, short enough to notice that a server is gone. */
const WINDOW_MS = 10_000
/** So far back looks what tells when it will be done: no guess is better for a server that paused just now. */
export const LONG_WINDOW_MS = 60_000
/** Before that nothing is known of a rate. */
const LEAST_MS = 1000
/** What is told more often is one sample. */
const APART_MS = 200
/** Where something is told more seldom than the window is long, so many samples are kept nevertheless. */
const LEAST_SAMPLES = 4

interface Sample {
  readonly ms: number
  readonly done: number
}

/**
 * How fast something goes on, from when how much of it was done. Memory: a few hundred samples. It knows no clock of
 * its own: times are milliseconds of any clock that only goes forward.
 */
export class Pace {
  readonly #windowMs: number
  /** The newest last. */
  #samples: Sample[] = []

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs
  }

  /** Notes that so much is done by now; where it is less than before, something else is counted from here on. */
  note(done: number, ms: number): void {
    const samples = this.#samples
    const last = samples.at(-1)
    if (last !== undefined && done < last.done) samples.length = 0
    if (last?.done === done) return
    if (samples.length > 1 && ms - samples.at(-2)!.ms < APART_MS) samples.pop()
    samples.push({ ms, done })
    while (samples.length > LEAST_SAMPLES && samples[1]!.ms < ms - this.#windowMs) samples.shift()
  }

  /** Things a second of late; undefined until there is something to go by, and where nothing goes on any more. */
  rate(ms: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || first === last) return undefined
    // The next one is not late before as much time has passed as lies between two.
    const apart = (last.ms - first.ms) / (this.#samples.length - 1)
    if (ms - last.ms > Math.max(this.#windowMs, LEAST_SAMPLES * apart)) return undefined
    const elapsed = Math.max(last.ms, ms - apart) - first.ms
    return elapsed < LEAST_MS ? undefined : (last.done - first.done) / (elapsed / 1000)
  }
}
