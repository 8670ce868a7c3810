import { Duplex, type Transform } from 'node:stream'
import { type CodecName, codecOf, decoder, MAGIC_BYTES, undecodable } from './codec.ts'

type Done = (error?: Error | null) => void

export interface DecompressOptions {
  /** Once aborted, input that ends inside a member was stopped and is not cut short: it ends cleanly. */
  readonly stop?: AbortSignal
}

/**
 * Bytes → the bytes they were compressed from. gzip, zstd and lz4 frames are recognised by their first four
 * bytes, any number of members or frames one after another; anything else passes untouched.
 *
 * Memory: a few chunks, and the codec's window (gzip 32 KiB, lz4 one block of up to 4 MiB, zstd what the
 * frame asks for, up to 128 MiB); output waits for its reader, so that a bomb takes time and no space.
 * Errors: ELYSIA_COMPRESSION for damaged or cut input; what was whole before it may have been passed on.
 *
 * zstd is node:zlib's: reading needs none of the worker threads for which archives are written with an addon.
 */
export function decompress(options: DecompressOptions = {}): Duplex {
  return new Decompressor(options)
}

class Decompressor extends Duplex {
  readonly #stop: AbortSignal | undefined
  /** The first bytes, while there are too few to tell. */
  #head: Buffer = Buffer.alloc(0)
  #codec: CodecName | undefined
  /** Decodes the member at hand; none before the first and between two. */
  #decoder: Transform | undefined
  #atMemberEnd: (() => void) | undefined

  constructor({ stop }: DecompressOptions) {
    super()
    this.#stop = stop
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#codec !== undefined) {
      this.#decode(this.#codec, chunk, done)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    if (this.#head.length < MAGIC_BYTES) done()
    else this.#recognise(done)
  }

  override _final(done: Done): void {
    if (this.#codec !== undefined) this.#endMember(done)
    else this.#recognise((error) => (error ? done(error) : this.#endMember(done)))
  }

  override _read(): void {
    this.#decoder?.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#decoder?.destroy()
    done(error)
  }

  #recognise(done: Done): void {
    const head = this.#head
    this.#head = Buffer.alloc(0)
    try {
      this.#codec = codecOf(head)
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    this.#decode(this.#codec, head, done)
  }

  #decode(codec: CodecName, chunk: Buffer, done: Done): void {
    if (this.#decoder !== undefined) {
      this.#feed(codec, this.#decoder, chunk, done)
      return
    }
    const member = codec === 'gzip' ? withoutPadding(chunk) : chunk
    if (member.length === 0) {
      done()
      return
    }
    decoder(codec).then(
      (inner) => {
        this.#begin(codec, inner)
        this.#feed(codec, inner, member, done)
      },
      (thrown) => done(undecodable(codec, thrown)),
    )
  }

  #begin(codec: CodecName, inner: Transform): void {
    this.#decoder = inner
    if (this.destroyed) inner.destroy()
    inner.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) inner.pause()
    })
    inner.on('error', (error) => this.destroy(undecodable(codec, error)))
    inner.on('end', () => {
      this.#decoder = undefined
      this.#atMemberEnd?.()
    })
  }

  /**
   * Writes to a decoder. node:zlib's zstd stops at the end of a frame inside a chunk, and gunzip at zeros
   * after a member, both as if the input ended there: the bytes they left are a new member's.
   */
  #feed(codec: CodecName, inner: Transform, chunk: Buffer, done: Done): void {
    const before = consumedBy(inner)
    inner.write(chunk, (error) => {
      if (error) return
      const consumed = before === undefined ? chunk.length : consumedBy(inner)! - before
      if (consumed === chunk.length) done()
      else this.#afterMember(inner, () => this.#decode(codec, chunk.subarray(consumed), done))
    })
  }

  #afterMember(inner: Transform, go: () => void): void {
    const next = () => {
      this.#atMemberEnd = undefined
      inner.destroy()
      go()
    }
    if (this.#decoder === inner) this.#atMemberEnd = next
    else next()
  }

  #endMember(done: Done): void {
    const finish = () => {
      this.#decoder?.destroy()
      this.push(null)
      done()
    }
    if (this.#decoder === undefined || (this.#stop?.aborted === true && this.#codec !== 'plain')) {
      finish()
      return
    }
    this.#atMemberEnd = finish
    this.#decoder.end()
  }
}

/** Input bytes that one of zlib's streams has used; other decoders use all they are given. */
function consumedBy(inner: Transform): number | undefined {
  return (inner as Transform & { bytesWritten?: number }).bytesWritten
}

/** Zeros after a gzip member are padding, as `gzip -d` has it. */
function withoutPadding(chunk: Buffer): Buffer {
  const from = chunk.findIndex((byte) => byte !== 0)
  return from < 0 ? chunk.subarray(chunk.length) : chunk.subarray(from)
}
