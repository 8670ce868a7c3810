import { createHash } from 'node:crypto'
import { type Duplex, PassThrough, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredObject } from '../../core/object.ts'
import { countBytes } from '../../stream/bytes/countBytes.ts'
import { COMPRESSIONS } from '../../stream/codec/compressions.ts'
import type { Manifest, Part, Plan } from '../manifest.ts'
import { Tally, type TallyResult } from '../object/tally.ts'
import { ObjectLines } from '../object/writer.ts'
import { readableTrailer, requireReadableHeader, requireReadableTrailer, singleHeader } from './lines.ts'

/** An archive being written to one file or pipe: a header, the objects of each range, a trailer. */
export interface SingleArchiveWriter {
  /** Bytes written, after compression. */
  readonly bytes: number
  /** Takes the pages of a range, in order of id; ranges follow one another in the order of the plan. */
  range(index: number, options?: SingleRangeOptions): SingleRange
  /**
   * Writes the trailer; to a reader, an archive without one is cut short. Resolves when all bytes are written.
   * @throws ElysiaError ELYSIA_STORE if no reader would accept the trailer
   */
  seal(manifest: Manifest): Promise<void>
  /** Ends the stream without a trailer. */
  destroy(error: Error): Promise<void>
}

interface SingleRangeOptions {
  /** Called with how many objects were taken. */
  readonly onObjects?: (objects: number) => void
  /** Once aborted, no more pages are taken, and the stream errors with the reason. */
  readonly stop?: AbortSignal | undefined
}

/** Takes the pages of one range. */
export interface SingleRange extends Writable {
  /** The entry of the range for the manifest, once all its objects were taken. */
  part(): Part
}

/**
 * Begins an archive in one stream of bytes, compressed as the plan says. `signal` ends it at once.
 * Memory: a page, and what a compressor holds. @throws ElysiaError ELYSIA_STORE if the header or the trailer would be
 * too long
 */
export async function singleArchive(
  plan: Plan,
  out: Writable,
  signal: AbortSignal,
): Promise<SingleArchiveWriter> {
  const header = singleHeader(plan)
  requireReadableHeader(header)
  requireReadableTrailer(plan, (index) => partOf(plan, index, NOTHING))
  const { compression, level } = plan.encoding
  const head = compression === 'none' ? new PassThrough() : await COMPRESSIONS[compression].compress(level)
  const writer = new SingleWriter(plan, head, out, signal)
  await writer.put(Buffer.from(header))
  return writer
}

class SingleWriter implements SingleArchiveWriter {
  readonly #plan: Plan
  readonly #head: Duplex
  readonly #stored = countBytes()
  readonly #ended: Promise<void>
  readonly #hash = createHash('sha256')
  #failure: { readonly error: Error } | undefined
  #onFailure: ((error: Error) => void) | undefined

  constructor(plan: Plan, head: Duplex, out: Writable, signal: AbortSignal) {
    this.#plan = plan
    this.#head = head
    this.#ended = pipeline([head, this.#stored, out], { signal })
    this.#ended.catch((error) => {
      this.#failure = { error }
      this.#onFailure?.(error)
    })
  }

  get bytes(): number {
    return this.#stored.bytes
  }

  range(index: number, options: SingleRangeOptions = {}): SingleRange {
    return new RangeWriter(this, this.#plan, index, options)
  }

  async seal(manifest: Manifest): Promise<void> {
    await this.#write(Buffer.from(readableTrailer(manifest, this.#hash.digest('hex'))))
    this.#head.end()
    await this.#ended
  }

  async destroy(error: Error): Promise<void> {
    this.#head.destroy(error)
    await this.#ended.catch(() => {})
  }

  /** Writes lines, and adds them to the trailer's SHA-256. */
  put(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    return this.#write(bytes)
  }

  /** Resolves when the bytes were taken; rejects once a stage has failed. One call at a time. */
  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure.error)
      this.#onFailure = reject
      this.#head.write(bytes, (error) => {
        // If a later stage failed, its error is the cause; this error only says that the stage is closed.
        if (error) this.#ended.then(() => reject(error), reject)
        else resolve()
      })
    })
  }
}

/** The lines of a range. */
interface Written extends Pick<TallyResult, 'objects' | 'vectors' | 'named' | 'digest'> {
  readonly bytes: number
  readonly sha256: string
}

const NO_HASH = '0'.repeat(64)
const NOTHING: Written = {
  objects: 0,
  vectors: 0,
  named: undefined,
  bytes: 0,
  sha256: NO_HASH,
  digest: NO_HASH,
}

function partOf({ ranges }: Plan, index: number, written: Written): Part {
  const { after, up_to } = ranges[index]!
  const { objects, vectors, named, bytes, sha256, digest } = written
  return {
    file: `-${index}`,
    range: index,
    ...(after !== undefined && { after }),
    ...(up_to !== undefined && { up_to }),
    objects,
    vectors,
    ...(named && { named_vectors: named }),
    bytes,
    raw_bytes: bytes,
    sha256,
    digest,
  }
}

class RangeWriter extends Writable implements SingleRange {
  readonly #archive: SingleWriter
  readonly #plan: Plan
  readonly #index: number
  readonly #options: SingleRangeOptions
  readonly #tally = new Tally()
  readonly #lines: ObjectLines
  readonly #hash = createHash('sha256')
  #bytes = 0

  constructor(archive: SingleWriter, plan: Plan, index: number, options: SingleRangeOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#archive = archive
    this.#plan = plan
    this.#index = index
    this.#options = options
    this.#lines = new ObjectLines(plan.encoding.vectors === 'numbers' ? 'numbers' : 'base64', this.#tally)
  }

  override _write(
    page: readonly StoredObject[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    const { stop, onObjects } = this.#options
    if (stop?.aborted === true) {
      done(stop.reason)
      return
    }
    this.#put(this.#lines.page(page)).then(() => {
      onObjects?.(page.length)
      done()
    }, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#put(this.#lines.take()).then(() => done(), done)
  }

  part(): Part {
    const sha256 = this.#hash.digest('hex')
    return partOf(this.#plan, this.#index, { ...this.#tally.tallied(), bytes: this.#bytes, sha256 })
  }

  async #put(pieces: Iterable<Buffer>): Promise<void> {
    for (const piece of pieces) {
      this.#bytes += piece.length
      this.#hash.update(piece)
      await this.#archive.put(piece)
    }
  }
}
