import { Readable, Writable } from 'node:stream'
import type { Sink, Source } from '../core/stage.ts'

/** Chunks that a stream holds before its turn comes. */
const AHEAD = 8

/** Streams that are written side by side, read as one. */
export interface Concatenation<T> {
  /** All that was written: what came into the first of `next` before what came into the second, and so on. */
  readonly source: Source<T>
  /** A stream whose content comes after that of all streams made before it. */
  next(): Sink<T>
  /** No stream is made any more: once all have ended, so does `source`. */
  end(): void
}

/**
 * Joins streams that are written at the same time, in the order in which they were made. Those whose turn has not come
 * hold 8 chunks each and then wait, so that what is written ahead is bounded. Destroying `source` destroys them all; one
 * that is destroyed with an error destroys `source` with it.
 */
export function concatenate<T>(): Concatenation<T> {
  const source = new Concatenated<T>()
  return { source, next: () => source.next(), end: () => source.endAll() }
}

class Concatenated<T> extends Readable {
  /** The first is the one whose turn it is. */
  readonly #parts: Part<T>[] = []
  #isComplete = false
  /** True from the call for more until that is had. */
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
    // Whoever writes to it learns of its error by himself.
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

  /** Passes on what waits, as long as the reader takes it. */
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
  /** Lets the writer go on that waits for room. */
  #resume: (() => void) | undefined
  #isComplete = false

  constructor(onChange: () => void) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#onChange = onChange
  }

  /** True where nothing of it is left, and nothing comes. */
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
