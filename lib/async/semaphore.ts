import type { AdaptiveLimit } from './adaptiveLimit.ts'

/** A number of permits, handed out in the order of requests. */
export class Semaphore {
  #held = 0
  readonly #count: number | AdaptiveLimit
  readonly #onHeld: (held: number) => void
  readonly #waiting: (() => void)[] = []

  /**
   * `count` may change while permits are held: surplus permits are not passed on. `onHeld` is called with the number
   * of permits held whenever it changes.
   */
  constructor(count: number | AdaptiveLimit, onHeld: (held: number) => void = () => {}) {
    this.#count = count
    this.#onHeld = onHeld
  }

  /** Resolves with a function that returns the permit, once one is free. */
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
