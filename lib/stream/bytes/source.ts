import { Readable } from 'node:stream'
import { ElysiaError } from '../../core/errors.ts'

/**
 * A byte source that ends cleanly and at once when `stop` aborts, even while it waits for data, as a terminal or a
 * pipe may forever. The source is destroyed then, and whenever the result is. With `drain`, data already read is
 * passed on first, for a source that cannot be read again. Otherwise bytes, end, errors and backpressure pass through
 * unchanged. Memory: one chunk beside the source's own buffer.
 *
 * It takes chunks with `read()`, which starts the source's next read before it returns one, so that reading and
 * processing overlap; with `pipe` they alternate. From a file in chunks of 256 KiB, split, parsed and batched: 530 k
 * records of 750 bytes a second, against 400 k without; in chunks of 64 KiB 430 k against 310 k, of 1 MiB no more
 * than of 256 KiB. So open files with `highWaterMark: 256 * 1024`.
 */
export function stoppableSource(
  source: Readable,
  stop: AbortSignal,
  { drain = false } = {},
): StoppableSource {
  return new StoppableSource(source, stop, drain)
}

/** The stream that `stoppableSource` makes. */
class StoppableSource extends Readable {
  readonly #source: Readable
  readonly #stop: AbortSignal
  readonly #onStop = () => this.#stopped()
  readonly #drain: boolean
  #wanted = false
  #ended = false
  #taken = 0

  constructor(source: Readable, stop: AbortSignal, drain: boolean) {
    super({ highWaterMark: 1 })
    this.#source = source
    this.#stop = stop
    this.#drain = drain
    source.on('error', (error) => this.destroy(error))
    source.on('end', () => this.#end())
    source.on('close', () => this.#closed())
    source.on('readable', () => this.#pull())
    if (stop.aborted) this.#stopped()
    else stop.addEventListener('abort', this.#onStop)
  }

  /** Bytes read from the source so far. */
  get taken(): number {
    return this.#taken
  }

  override _read(): void {
    this.#wanted = true
    this.#pull()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop.removeEventListener('abort', this.#onStop)
    this.#source.destroy()
    done(error)
  }

  #pull(): void {
    while (this.#wanted && !this.#ended) {
      const chunk: Buffer | null = this.#source.read()
      if (chunk === null) return
      this.#wanted = this.#take(chunk)
    }
  }

  /** Passes on at most the source's own buffer. */
  #stopped(): void {
    if (this.#drain && !this.#ended && !this.destroyed) {
      for (let chunk = this.#source.read(); chunk !== null; chunk = this.#source.read()) this.#take(chunk)
    }
    this.#end()
  }

  #take(chunk: Buffer): boolean {
    this.#taken += chunk.length
    return this.push(chunk)
  }

  #end(): void {
    if (this.#ended || this.destroyed) return
    this.#ended = true
    this.push(null)
    this.#source.destroy()
  }

  #closed(): void {
    if (this.#ended || this.destroyed) return
    this.destroy(new ElysiaError('ELYSIA_INPUT', 'the input was closed before its end'))
  }
}
