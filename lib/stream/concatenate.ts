import { Readable, Writable } from 'node:stream'
import type { Sink, Source } from '../core/stage.ts'

/** Chunks that a stream holds before its turn comes. */
const AHEAD = 8

/** Streams that are written at the same time and read as one. */
export interface Concatenation<T> {
  /** The content of all streams, in the order in which `next` made them. */
  readonly source: Source<T>
  /** Makes a stream whose content follows that of all earlier streams. */
  next(): Sink<T>
  /** Call it when there are no more streams: `source` ends once all of them have ended. */
  end(): void
}

/**
 * Joins streams that are written at the same time, in the order in which they were made. Streams whose turn has not
 * come hold 8 chunks each and then wait, which bounds what is written ahead. Destroying `source` destroys them all;
 * destroying one of them with an error destroys `source`.
 */
export function concatenate<T>(): Concatenation<T> {
  const source = new Concatenated<T>()
  return { source, next: () => source.next(), end: () => source.endAll() }
}

class Concatenated<T> extends Readable {
  /** The first one is the one being read. */
  readonly #parts: Part<T>[] = []
  #isComplete = false
  /** True while the reader is waiting for a chunk. */
  #isAsked = false

  constructor() {
    super({ objectMode: true, highWaterMark: 1 })
  }

  next(): Part<T> {
    const part = new Part<T>(() => this.#advance())
    part.once('close', () => {
      if (part.writableFinished) return
      this.destroy(part.errored ?? undefined)
    })
    // The writer of this stream gets its error directly.
    part.on('error', () => {})
    if (this.destroyed) part.destroy()
    else this.#parts.push(part)
    return part
  }

  endAll(): void {
    this.#isComplete = true
    this.#advance()
  }

  override _read(): void {
    this.#isAsked = true
    this.#advance()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    for (const part of this.#parts.splice(0)) part.destroy(error ?? undefined)
    done(error)
  }

  /** Passes on waiting chunks, as long as the reader takes them. */
  #advance(): void {
    while (this.#isAsked && !this.destroyed) {
      const [part] = this.#parts
      if (part === undefined) {
        if (this.#isComplete) this.push(null)
        return
      }
      const chunk = part.take()
      if (chunk !== undefined) this.#isAsked = this.push(chunk)
      else if (part.isEnded) this.#parts.shift()
      else return
    }
  }
}

class Part<T> extends Writable {
  readonly #onChange: () => void
  readonly #queue: T[] = []
  /** Resumes a writer that waits for room. */
  #resume: (() => void) | undefined
  #isComplete = false

  constructor(onChange: () => void) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#onChange = onChange
  }

  /** True if the stream has ended and nothing of it is left. */
  get isEnded(): boolean {
    return this.#isComplete && this.#queue.length === 0
  }

  take(): T | undefined {
    const chunk = this.#queue.shift()
    const resume = this.#resume
    this.#resume = undefined
    if (resume !== undefined) process.nextTick(resume)
    return chunk
  }

  override _write(chunk: T, _encoding: BufferEncoding, done: () => void): void {
    this.#queue.push(chunk)
    if (this.#queue.length < AHEAD) done()
    else this.#resume = done
    this.#onChange()
  }

  override _final(done: () => void): void {
    this.#isComplete = true
    this.#onChange()
    done()
  }
}
