import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { noteGarbage } from '../../core/memory/limits.ts'

/** A stage that counts and hashes the bytes that pass. */
export interface ByteHasher extends Transform {
  readonly bytes: number
  /** The SHA-256 of all bytes so far, in hex. */
  sha256(): string
}

/** Passes bytes through, counts and hashes them. Memory: a chunk. */
export function hashBytes(): ByteHasher {
  return new HashingStage()
}

class HashingStage extends Transform implements ByteHasher {
  readonly #hash = createHash('sha256')
  bytes = 0

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length
    noteGarbage(chunk.length)
    this.#hash.update(chunk)
    done(null, chunk)
  }

  sha256(): string {
    return this.#hash.copy().digest('hex')
  }
}
