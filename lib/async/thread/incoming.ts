import type { Readable } from 'node:stream'

/** Passes chunks from another thread to a stream, and requests one more for each that the stream has room for. */
export class Incoming {
  readonly #stream: Readable
  readonly #more: () => void
  #owed = 0

  /** `more` is called for each chunk allowed beyond the initial ones. */
  constructor(stream: Readable, more: () => void) {
    this.#stream = stream
    this.#more = more
  }

  take(value: unknown): void {
    if (this.#stream.push(value)) this.#more()
    else this.#owed += 1
  }

  /** Call it when the stream is read. */
  read(): void {
    for (; this.#owed > 0; this.#owed--) this.#more()
  }
}
