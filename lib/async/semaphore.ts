import type { AdaptiveLimit } from './adaptiveLimit.ts'

/** A number of places, of which each is held by one at a time; who comes first gets the next. */
export class Semaphore {
  #held = 0
  readonly #count: number | AdaptiveLimit
  readonly #onHeld: (held: number) => void
  readonly #waiting: (() => void)[] = []

  /**
   * `count` may change while places are held: one that is held too many is not passed on. `onHeld` is told how many places are
   * held, whenever that has changed.
   */
  constructor(count: number | AdaptiveLimit, onHeld: (held: number) => void = () => {}) {
    this.#count = count
    this.#onHeld = onHeld
  }

  /** Resolves with the function that gives the place back, once there is one. */
  async take(): Promise<() => void> {
    if (this.#held < this.#places) this.#hold(1)
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let held = true
    const end = typeof this.#count === 'number' ? undefined : this.#count.begin()
    return () => {
      if (!held) return
      held = false
      end?.()
      if (this.#waiting.length > 0 && this.#held <= this.#places) this.#waiting.shift()!()
      else this.#hold(-1)
      while (this.#waiting.length > 0 && this.#held < this.#places) {
        this.#hold(1)
        this.#waiting.shift()!()
      }
    }
  }

  get #places(): number {
    return typeof this.#count === 'number' ? this.#count : this.#count.count
  }

  #hold(more: number): void {
    this.#held += more
    this.#onHeld(this.#held)
  }
}
