import type { Readable } from 'node:stream'

/** Chunks from another thread as a stream takes them: for each that it has room for, one more is asked for. */
export class Incoming {
  readonly #stream: Readable
  readonly #more: () => void
  #owed = 0

  /** `more` is called with each chunk that may come beyond those that were allowed from the beginning. */
  constructor(stream: Readable, more: () => void) {
    this.#stream = stream
    this.#more = more
  }

  take(value: unknown): void {
    if (this.#stream.push(value)) this.#more()
    else this.#owed += 1
  }

  /** To be called when the stream is read. */
  read(): void {
    for (; this.#owed > 0; this.#owed--) this.#more()
  }
}
