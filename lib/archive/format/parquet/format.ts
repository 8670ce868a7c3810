import { Duplex } from 'node:stream'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { zstdBlock } from '../../../stream/codec/zstd.ts'
import type { Tally } from '../../object/tally.ts'
import type { Content, DeclaredLimits, Encoder, Format } from '../format.ts'
import type { EncoderBounds, ParquetEncoding } from './encoder.ts'
import { fileBytes } from './read/fileBytes.ts'

/** The size of emitted chunks, in bytes. */
const PIECE_BYTES = 256 * 1024

/** The compression level of pages: higher levels take longer, and do not shrink floats further. */
const LEVEL = 1

type Callback = (error?: Error | null) => void

/**
 * Parquet files for analysts, one column per property.
 *
 * Memory: encoding holds a batch of 1 MiB, and a row group of 8 MiB; decoding holds the bytes of the whole part,
 * or keeps them in a temporary file if memory is limited, and, in WebAssembly, a row group. The libraries are loaded when a stream is created.
 * @see docs/archives-parquet.md
 */
export const parquet: Format = {
  name: 'parquet',
  extension: '.parquet',
  compressesItself: true,
  encode: (content: Content, tally?: Tally): Encoder => new ParquetEncoder(content, undefined, tally),
  decode: (content: Content, tally?: Tally, declared?: DeclaredLimits): Duplex =>
    new ParquetDecoder(content, tally, declared),
}

/** `encode` with other bounds, for tests. */
export function parquetEncoder(content: Content, bounds: EncoderBounds): Duplex {
  return new ParquetEncoder(content, bounds)
}

/** A Duplex whose readable side is written by a loop that waits for its reader. */
abstract class PacedDuplex extends Duplex {
  #wanted: (() => void) | undefined

  /** Resolves when the reader wants more, or has closed. */
  protected async emitChunk(chunk: unknown): Promise<void> {
    if (this.destroyed || this.push(chunk)) return
    await new Promise<void>((resolve) => {
      this.#wanted = resolve
    })
  }

  override _read(): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    wanted?.()
  }

  override _destroy(error: Error | null, done: Callback): void {
    this._read()
    done(error)
  }
}

class ParquetEncoder extends PacedDuplex implements Encoder {
  readonly #content: Content
  readonly #bounds: EncoderBounds | undefined
  readonly #tally: Tally | undefined
  #encoding: ParquetEncoding | undefined

  constructor(content: Content, bounds?: EncoderBounds, tally?: Tally) {
    super({ writableObjectMode: true, writableHighWaterMark: 1 })
    this.#content = content
    this.#bounds = bounds
    this.#tally = tally
  }

  get rawBytes(): number | undefined {
    return this.#encoding?.rawBytes
  }

  override _construct(done: Callback): void {
    Promise.all([import('./encoder.ts'), zstdBlock(LEVEL)]).then(([{ ParquetEncoding }, compress]) => {
      this.#encoding = new ParquetEncoding(
        this.#content,
        compress,
        (bytes) => this.#emit(bytes),
        this.#tally,
        this.#bounds,
      )
      done()
    }, done)
  }

  override _write(page: readonly StoredObject[], _encoding: BufferEncoding, done: Callback): void {
    this.#encoding!.write(page).then(() => done(), done)
  }

  override _final(done: Callback): void {
    const end = this.#encoding!.end()
    end.then(() => {
      this.push(null)
      done()
    }, done)
  }

  async #emit(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await this.emitChunk(bytes.subarray(at, at + PIECE_BYTES))
    }
  }
}

class ParquetDecoder extends PacedDuplex {
  readonly #tenant: string | undefined
  readonly #tally: Tally | undefined
  readonly #declared: DeclaredLimits | undefined
  readonly #file = fileBytes()

  constructor({ tenant }: Content, tally: Tally | undefined, declared: DeclaredLimits | undefined) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#tenant = tenant
    this.#declared = declared
    this.#tally = tally
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Callback): void {
    try {
      this.#file.append(chunk)
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    done()
  }

  override _final(done: Callback): void {
    this.#decode().then(
      () => done(),
      (thrown) => done(damaged(thrown)),
    )
  }

  override _destroy(error: Error | null, done: Callback): void {
    this.#file.close()
    super._destroy(error, done)
  }

  async #decode(): Promise<void> {
    const { pagesOf } = await import('./decoder.ts')
    for (const page of pagesOf(this.#file, this.#tenant, this.#declared)) {
      for (const object of page) this.#tally?.add(object)
      await this.emitChunk(page)
      if (this.destroyed) return
    }
    this.push(null)
  }
}

function damaged(thrown: unknown): Error {
  if (thrown instanceof ElysiaError) return thrown
  const message = `the Parquet file ${messageOf(thrown)}`
  return new ElysiaError('ELYSIA_DAMAGED', message, { cause: thrown })
}
