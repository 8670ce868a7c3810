import { CHUNKS_AHEAD } from './messages.ts'

/** Chunks to another thread: so many are on their way, and the next waits until one of them was taken. */
export class Outgoing {
  #allowed = CHUNKS_AHEAD
  #waiting: (() => void) | undefined

  /** To be called when a chunk was sent; calls `done` when the next may be. */
  sent(done: () => void): void {
    this.#allowed -= 1
    if (this.#allowed > 0) done()
    else this.#waiting = done
  }

  /** To be called when the other side has room for one more. */
  more(): void {
    this.#allowed += 1
    const go = this.#waiting
    this.#waiting = undefined
    go?.()
  }
}
