import { Transform, type TransformCallback, type TransformOptions } from 'node:stream'

/**
 * A Transform that makes any number of chunks from one, but no more than its reader asks for.
 *
 * A plain Transform must emit everything from a chunk before it may pause; this one stops inside a chunk as soon as
 * the readable side is full, and continues there when it is read. So it holds at most `readableHighWaterMark` chunks
 * besides its current input. What `expand` and `rest` throw becomes the stream's error.
 */
export abstract class FlatMapTransform<In, Out> extends Transform {
  #running: Iterator<Out> | undefined
  #paused: (() => void) | undefined

  constructor(options: TransformOptions) {
    super(options)
  }

  /** The chunks to emit for an input chunk, in order; consumed lazily. */
  protected abstract expand(chunk: In): Iterator<Out>

  /** The chunks to emit when the input has ended. */
  protected abstract rest(): Iterator<Out>

  override _transform(chunk: In, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#begin(() => this.expand(chunk), done)
  }

  override _flush(done: TransformCallback): void {
    this.#begin(() => this.rest(), done)
  }

  override _read(size: number): void {
    const go = this.#paused
    this.#paused = undefined
    go?.()
    // If nothing was left to push, this read is still owed a chunk, which the next write may produce.
    if (this.#paused === undefined) super._read(size)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#paused = undefined
    this.#running?.return?.()
    done(error)
  }

  #begin(make: () => Iterator<Out>, done: TransformCallback): void {
    try {
      this.#running = make()
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    this.#emit(this.#running, done)
  }

  #emit(items: Iterator<Out>, done: TransformCallback): void {
    let full = false
    try {
      full = this.#pushUntilFull(items)
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    if (full) this.#paused = () => this.#emit(items, done)
    else done()
  }

  /** True if the reader has enough; false if nothing is left. */
  #pushUntilFull(items: Iterator<Out>): boolean {
    for (let next = items.next(); next.done !== true; next = items.next()) {
      if (!this.push(next.value)) return true
    }
    return false
  }
}
