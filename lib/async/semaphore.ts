/** A number of places, of which each is held by one at a time; who comes first gets the next. */
export class Semaphore {
  #held = 0
  readonly #count: number
  readonly #onHeld: (held: number) => void
  readonly #waiting: (() => void)[] = []

  /** `onHeld` is told how many places are held, whenever that has changed. */
  constructor(count: number, onHeld: (held: number) => void = () => {}) {
    this.#count = count
    this.#onHeld = onHeld
  }

  /** Resolves with the function that gives the place back, once there is one. */
  async take(): Promise<() => void> {
    if (this.#held < this.#count) this.#hold(1)
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#waiting.shift()
      if (next === undefined) this.#hold(-1)
      else next()
    }
  }

  #hold(more: number): void {
    this.#held += more
    this.#onHeld(this.#held)
  }
}
