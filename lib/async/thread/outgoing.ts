import { CHUNKS_AHEAD } from './messages.ts'

/** Sends chunks to another thread: a limited number is under way, and the next one waits until one was taken. */
export class Outgoing {
  #allowed = CHUNKS_AHEAD
  #waiting: (() => void) | undefined

  /** Call it when a chunk was sent; calls `done` when the next one may be. */
  sent(done: () => void): void {
    this.#allowed -= 1
    if (this.#allowed > 0) done()
    else this.#waiting = done
  }

  /** Call it when the other side has room for another. */
  more(): void {
    this.#allowed += 1
    const go = this.#waiting
    this.#waiting = undefined
    go?.()
  }
}
