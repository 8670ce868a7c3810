/** So far back a rate looks: long enough to be steady, short enough to notice that a server is gone. */
const WINDOW_MS = 10_000
/** Before that nothing is known of a rate. */
const LEAST_MS = 1000

/**
 * How fast something goes on, from when how much of it was done. Memory: a few dozen samples.
 */
export class Pace {
  /** The newest last; older ones than the window but one are gone. */
  #samples: { readonly ms: number; readonly done: number }[] = []

  /** Notes that so much is done by now; where it is less than before, something else is counted from here on. */
  note(done: number, ms: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && done < last.done) this.#samples = []
    this.#samples.push({ ms, done })
    while (this.#samples.length > 2 && this.#samples[1]!.ms < ms - WINDOW_MS) this.#samples.shift()
  }

  /** Things a second over the last ten; undefined until there is something to go by. */
  rate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || last.ms - first.ms < LEAST_MS) return undefined
    const rate = (last.done - first.done) / ((last.ms - first.ms) / 1000)
    return rate > 0 ? rate : undefined
  }
}
