import { PassThrough, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { failpoint } from '../../core/failpoint.ts'
import { noteGarbageObjects } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import { countBytes } from '../../stream/bytes/countBytes.ts'
import { hashBytes } from '../../stream/bytes/hashBytes.ts'
import type { Compression } from '../../stream/codec/compression.ts'
import type { WrittenIndex } from '../chain/indexFile.ts'
import type { Content, Encoder, Format } from '../format/format.ts'
import { Tally, type TallyResult } from '../object/tally.ts'
import { storageFailure } from '../storage/failure.ts'
import type { Storage, Upload } from '../storage/storage.ts'

/** How parts are encoded. */
export interface PartEncoding {
  readonly content: Content
  readonly format: Format
  readonly compression: Compression
  readonly level?: number
}

/** A durable part: its file, and the counts and digest of its objects. */
export interface WrittenPart extends TallyResult {
  readonly file: string
  readonly bytes: number
  readonly rawBytes: number
  readonly sha256: string
}

/** A writable stream of the pages of one part. */
export interface PartSink extends Writable {
  /** The files that it wrote, once it has finished. */
  readonly written: readonly WrittenPart[]
  /** The index that it wrote, if any. */
  readonly index?: WrittenIndex | undefined
}

/**
 * Pages in order of id → the file of one part: encode and tally → compress → hash → storage. The file is complete and
 * durable once the stream has finished. Until then, and if the stream fails, the file does not exist. It counts once
 * `confirmPart` has read it back. Memory: what the format's encoder holds, and a few chunks.
 * Errors: ELYSIA_STATE if the disk is full
 */
export function partFile(storage: Storage, file: string, encoding: PartEncoding): PartSink {
  return new PartFile(storage, file, encoding)
}

/** The stages of a part, and how they end. */
interface PartStages {
  readonly encoder: Encoder
  readonly upload: Upload
  /** Settles when the storage has all bytes, or a stage has failed. */
  readonly ended: Promise<void>
  written(): WrittenPart
}

class PartFile extends Writable implements PartSink {
  readonly #storage: Storage
  readonly #file: string
  readonly #encoding: PartEncoding
  #open: PartStages | undefined
  written: readonly WrittenPart[] = []

  constructor(storage: Storage, file: string, encoding: PartEncoding) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#storage = storage
    this.#file = file
    this.#encoding = encoding
  }

  override _construct(done: (error?: Error | null) => void): void {
    this.#begin().then(() => done(), done)
  }

  override _write(
    page: readonly StoredObject[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    const { encoder, ended } = this.#open!
    noteGarbageObjects(page)
    encoder.write(page, (error) => {
      if (error) this.#fail(ended, error).then(done)
      else done()
    })
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#end(this.#open!).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#discard(error).then(() => done(error), done)
  }

  /** The error that ended the stages: writing to one of them afterwards only reports that it is closed. */
  #fail(ended: Promise<void>, error: Error): Promise<Error> {
    return ended.then(
      () => error,
      (cause) => this.#failure(cause),
    )
  }

  async #begin(): Promise<void> {
    const { format, compression, level, content } = this.#encoding
    // An index takes each object's hash from its object.
    const tally = new Tally({ remember: true })
    const raw = countBytes()
    const stored = hashBytes()
    // Everything that may fail comes before the upload, which nobody would discard.
    const encoder = format.encode(content, tally)
    const compressor = format.compressesItself ? new PassThrough() : await compression.compress(level)
    const upload = await this.#storage.create(this.#file).catch((error) => {
      encoder.destroy()
      compressor.destroy()
      throw error
    })
    const ended = pipeline([encoder, raw, compressor, stored, upload.stream])
    // An error in any stage ends this stream at once.
    ended.catch((error) => this.destroy(this.#failure(error)))
    const written = () => {
      const rawBytes = encoder.rawBytes ?? raw.bytes
      return { ...tally.tallied(), file: this.#file, bytes: stored.bytes, rawBytes, sha256: stored.sha256() }
    }
    this.#open = { encoder, upload, ended, written }
  }

  async #end({ encoder, upload, ended, written }: PartStages): Promise<void> {
    encoder.end()
    try {
      await ended
      failpoint('part.before-commit')
      await upload.commit()
    } catch (error) {
      throw this.#failure(error)
    }
    failpoint('part.after-commit')
    this.written = [written()]
  }

  /** After `commit` there is nothing to remove; waits for a commit that is under way. */
  async #discard(error: Error | null): Promise<void> {
    if (this.#open === undefined) return
    const { encoder, upload, ended } = this.#open
    encoder.destroy(error ?? undefined)
    await ended.catch(() => {})
    await upload.discard()
  }

  #failure(error: unknown): Error {
    return storageFailure(error, this.#storage, this.#file) as Error
  }
}
