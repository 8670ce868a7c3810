import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ElysiaError, messageOf } from '../../../../core/errors.ts'
import { isLimited, noteGarbage } from '../../../../core/memory/limits.ts'
import type { ReadAt } from '../page.ts'

/** The address space reserved for a file while it is read; memory is allocated as it grows. */
const MOST_FILE_BYTES = 4 * 1024 ** 3

/** The bytes of a file that arrive in order and are read in any order. */
export interface FileBytes {
  readonly length: number
  /** @throws ElysiaError ELYSIA_DAMAGED if there are too many, ELYSIA_STATE if the disk has no room */
  append(chunk: Buffer): void
  readonly read: ReadAt
  close(): void
}

/** Holds the bytes of a file: in memory, or, if memory is limited, in a temporary file without a name. */
export function fileBytes(): FileBytes {
  return isLimited() ? new TemporaryFile() : new BytesInMemory()
}

class BytesInMemory implements FileBytes {
  // Grows in place; pieces and their concatenation would hold the file twice.
  readonly #bytes = new ArrayBuffer(0, { maxByteLength: MOST_FILE_BYTES })

  get length(): number {
    return this.#bytes.byteLength
  }

  append(chunk: Buffer): void {
    const { byteLength } = this.#bytes
    requireFitting(byteLength + chunk.length)
    this.#bytes.resize(byteLength + chunk.length)
    new Uint8Array(this.#bytes, byteLength).set(chunk)
  }

  readonly read: ReadAt = (at, length) => Buffer.from(this.#bytes).subarray(at, at + length)

  close(): void {
    this.#bytes.resize(0)
  }
}

class TemporaryFile implements FileBytes {
  readonly #path = join(tmpdir(), `elysiactl-part-${randomBytes(8).toString('hex')}`)
  #file: number | undefined
  length = 0

  append(chunk: Buffer): void {
    requireFitting(this.length + chunk.length)
    try {
      this.#file ??= this.#open()
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#file, chunk, at)
    } catch (cause) {
      const fact = `a part could not be kept in ${tmpdir()} while it is read: ${messageOf(cause)}`
      const hint = 'set TMPDIR to a place with room for a part, or leave out --max-memory'
      throw new ElysiaError('ELYSIA_STATE', fact, { cause, hint })
    }
    this.length += chunk.length
  }

  readonly read: ReadAt = (at, length) => {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, this.length - at)))
    let done = 0
    while (this.#file !== undefined && done < bytes.length) {
      const more = readSync(this.#file, bytes, done, bytes.length - done, at + done)
      if (more === 0) break
      done += more
    }
    noteGarbage(bytes.length)
    return bytes.subarray(0, done)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.length = 0
  }

  /** Opens a file and removes its name at once: it is gone with the process, however that ends. */
  #open(): number {
    const file = openSync(this.#path, 'wx+', 0o600)
    unlinkSync(this.#path)
    return file
  }
}

function requireFitting(bytes: number): void {
  if (bytes <= MOST_FILE_BYTES) return
  throw new ElysiaError('ELYSIA_DAMAGED', `the Parquet file is larger than ${MOST_FILE_BYTES} bytes`)
}
