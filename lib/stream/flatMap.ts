import { Transform, type TransformCallback, type TransformOptions } from 'node:stream'

/**
 * A Transform that makes any number of chunks of one, and no more than its reader asks for.
 *
 * A plain Transform must emit all that a chunk holds before it may pause; this one stops inside a chunk as
 * soon as the readable side is full, and goes on where it was when that is read. So it holds at most
 * `readableHighWaterMark` chunks beside the one it was given. What `expand` and `rest` throw is the
 * stream's error.
 */
export abstract class FlatMapTransform<In, Out> extends Transform {
  #running: Iterator<Out> | undefined
  #paused: (() => void) | undefined

  constructor(options: TransformOptions) {
    super(options)
  }

  /** What becomes of a chunk, in order; consumed lazily. */
  protected abstract expand(chunk: In): Iterator<Out>

  /** What is still to come when the input has ended. */
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
    // Where nothing was left to push, this read is still owed a chunk: the next write may make it.
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

  /** True where the reader has enough; false where nothing is left. */
  #pushUntilFull(items: Iterator<Out>): boolean {
    for (let next = items.next(); next.done !== true; next = items.next()) {
      if (!this.push(next.value)) return true
    }
    return false
  }
}
