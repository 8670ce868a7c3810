import { Transform, type TransformCallback } from 'node:stream'
import { noteGarbage } from '../../core/memory/limits.ts'

/** A stage that counts the bytes that pass. */
export interface ByteCounter extends Transform {
  readonly bytes: number
}

/** Options of a stage that counts bytes. */
export interface CountingOptions {
  /** More bytes than this are an error, made by `tooMany`. */
  readonly limit?: number
  readonly tooMany?: () => Error
}

/** Passes bytes through and counts them; refuses bytes beyond a limit before passing them on. */
export function countBytes(options: CountingOptions = {}): ByteCounter {
  return new CountingStage(options)
}

class CountingStage extends Transform implements ByteCounter {
  readonly #limit: number
  readonly #tooMany: () => Error
  bytes = 0

  constructor({ limit = Number.POSITIVE_INFINITY, tooMany }: CountingOptions) {
    super()
    this.#limit = limit
    this.#tooMany = tooMany ?? (() => new RangeError(`more than ${limit} bytes`))
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length
    noteGarbage(chunk.length)
    if (this.bytes > this.#limit) done(this.#tooMany())
    else done(null, chunk)
  }
}
