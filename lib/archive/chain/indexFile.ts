import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hashBytes } from '../../stream/bytes/hashBytes.ts'
import { ObjectsDigest } from '../object/digest.ts'
import { storageFailure } from '../storage/failure.ts'
import type { Storage, Upload } from '../storage/storage.ts'
import { ENTRY_BYTES, encodeEntries, type IndexEntry } from './entry.ts'

/** An entry to write, and the SHA-256 of the base's object with the same id. */
export interface PendingEntry extends IndexEntry {
  readonly before?: string | undefined
}

/** A durable index: its file, and the counts and digest of its entries. */
export interface WrittenIndex {
  readonly file: string
  readonly entries: number
  readonly removed: number
  readonly bytes: number
  readonly sha256: string
  readonly digest: string
  /** The objects that the base has under these ids. */
  readonly replaced: { readonly objects: number; readonly digest: string }
}

/** Takes entries in order of id. */
export interface IndexSink extends Writable {
  /** Set once the stream has finished. */
  readonly written: WrittenIndex | undefined
}

/**
 * Entries → an index file, which is complete and durable once the stream has finished. Until then, and if the stream
 * fails, the file does not exist. Memory: the entries of a chunk.
 * Errors: ELYSIA_STATE if the disk is full
 */
export function indexFile(storage: Storage, file: string): IndexSink {
  return new IndexFile(storage, file)
}

class IndexFile extends Writable implements IndexSink {
  written: WrittenIndex | undefined
  readonly #storage: Storage
  readonly #file: string
  readonly #stored = hashBytes()
  readonly #digest = new ObjectsDigest()
  readonly #replaced = new ObjectsDigest()
  #entries = 0
  #removed = 0
  #replacedObjects = 0
  #upload: Upload | undefined
  #ended: Promise<void> | undefined

  constructor(storage: Storage, file: string) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#storage = storage
    this.#file = file
  }

  override _construct(done: (error?: Error | null) => void): void {
    this.#open().then(() => done(), done)
  }

  override _write(
    entries: readonly PendingEntry[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    for (const entry of entries) this.#count(entry)
    this.#stored.write(encodeEntries(entries), (error) => done(error ?? null))
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#end(this.#upload!).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#discard(error).then(() => done(error), done)
  }

  #count({ sha256, before }: PendingEntry): void {
    this.#entries += 1
    if (sha256 === undefined) this.#removed += 1
    else this.#digest.addSha256(sha256)
    if (before === undefined) return
    this.#replacedObjects += 1
    this.#replaced.addSha256(before)
  }

  async #open(): Promise<void> {
    const upload = await this.#storage.create(this.#file)
    this.#upload = upload
    this.#ended = pipeline(this.#stored, upload.stream)
    this.#ended.catch((error) => this.destroy(storageFailure(error, this.#storage, this.#file) as Error))
  }

  async #end(upload: Upload): Promise<void> {
    this.#stored.end()
    try {
      await this.#ended
      await upload.commit()
    } catch (error) {
      throw storageFailure(error, this.#storage, this.#file)
    }
    this.written = {
      file: this.#file,
      entries: this.#entries,
      removed: this.#removed,
      bytes: this.#entries * ENTRY_BYTES,
      sha256: this.#stored.sha256(),
      digest: this.#digest.hex(),
      replaced: { objects: this.#replacedObjects, digest: this.#replaced.hex() },
    }
  }

  /** After `commit` there is nothing to remove. */
  async #discard(error: Error | null): Promise<void> {
    if (this.#upload === undefined) return
    this.#stored.destroy(error ?? undefined)
    await this.#ended?.catch(() => {})
    await this.#upload.discard()
  }
}
