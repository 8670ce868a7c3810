import { Duplex } from 'node:stream'
import type { Stage } from '../../core/stage.ts'
import { foreignBytes, HEAD_BYTES } from '../bytes/foreignBytes.ts'
import { whenRead } from '../bytes/whenRead.ts'
import { type CodecName, codecOf, compressedTwice, decoder, undecodableBytes } from './detect.ts'

type WriteCallback = (error?: Error | null) => void

/** How input that is cut short or followed by other bytes is treated. */
export interface DecompressOptions {
  /** Once aborted, input that ends inside a member was stopped, not cut short: it ends cleanly. */
  readonly stop?: AbortSignal
  /** Called if bytes follow gzip's last member; they are then ignored. Without it they are an error. */
  readonly onTrailing?: () => void
}

/**
 * Bytes → decompressed bytes. Recognizes gzip, zstd and lz4 frames by their first four bytes, any number of members
 * or frames one after another. Refuses input that begins like another format than text (foreignBytes.ts), or is
 * compressed twice; passes anything else unchanged.
 *
 * Memory: a few chunks, and the codec's window (gzip 32 KiB, lz4 one block of up to 4 MiB, zstd what the frame asks
 * for, up to 128 MiB). Output waits for its reader, so a bomb takes time, but no space.
 * Errors: ELYSIA_COMPRESSION for damaged or cut input, after everything complete before it was passed on;
 * ELYSIA_COMPRESSION and ELYSIA_INPUT for input refused by its beginning, before anything was passed on.
 *
 * zstd is node:zlib's: reading does not need the worker threads of the addon that writes archives.
 */
export function decompress(options: DecompressOptions = {}): Stage<Buffer, Buffer> & Decompressor {
  return new Decompressor(options)
}

/** The stage that `decompress` makes. */
class Decompressor extends Duplex {
  readonly #stop: AbortSignal | undefined
  readonly #onTrailing: (() => void) | undefined
  /** The first bytes, until there are enough to detect the codec. */
  #head: Buffer = Buffer.alloc(0)
  #codec: CodecName | undefined
  /** The decoder of the current member; undefined before the first and between two. */
  #decoder: Duplex | undefined
  /** The first decoded bytes, until there are enough to tell what they are. */
  #decoded: Buffer | undefined = Buffer.alloc(0)
  #atMemberEnd: (() => void) | undefined
  #ending: (() => void) | undefined
  #isCut = false
  #bytesIn = 0
  #bytesOut = 0

  constructor({ stop, onTrailing }: DecompressOptions) {
    super()
    this.#stop = stop
    this.#onTrailing = onTrailing
  }

  /** The codec of the input, if known yet. */
  get codec(): CodecName | undefined {
    return this.#codec
  }

  /** True if the stop came inside a member: more may have been read than decoded. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Bytes read per byte decoded so far; exactly 1 for input that is not compressed. */
  get ratio(): number {
    return this.#codec === 'plain' || this.#bytesOut === 0 ? 1 : this.#bytesIn / this.#bytesOut
  }

  override push(chunk: Buffer | null): boolean {
    this.#bytesOut += chunk?.length ?? 0
    return super.push(chunk)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteCallback): void {
    this.#bytesIn += chunk.length
    if (this.#codec !== undefined) {
      this.#decode(this.#codec, chunk, done)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    if (this.#head.length < HEAD_BYTES && !isText(this.#head)) done()
    else this.#recognize(done)
  }

  override _final(done: WriteCallback): void {
    if (this.#codec !== undefined) this.#endMember(done)
    else this.#recognize((error) => (error ? done(error) : this.#endMember(done)))
  }

  override _read(): void {
    this.#decoder?.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#decoder?.destroy()
    done(error)
  }

  #recognize(done: WriteCallback): void {
    const head = this.#head
    this.#head = Buffer.alloc(0)
    try {
      this.#codec = codecOf(head)
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    const foreign = this.#codec === 'plain' ? foreignBytes(head) : undefined
    if (foreign !== undefined) {
      done(foreign)
      return
    }
    if (this.#codec === 'plain') this.#decoded = undefined
    this.#decode(this.#codec, head, done)
  }

  #decode(codec: CodecName, chunk: Buffer, done: WriteCallback): void {
    if (this.#decoder !== undefined) {
      this.#feed(codec, this.#decoder, chunk, done)
      return
    }
    if (chunk.length === 0) {
      done()
      return
    }
    decoder(codec, this.#onTrailing).then(
      (inner) => {
        this.#begin(codec, inner)
        this.#feed(codec, inner, chunk, done)
      },
      (thrown) => done(undecodableBytes(codec, thrown)),
    )
  }

  #begin(codec: CodecName, inner: Duplex): void {
    this.#decoder = inner
    if (this.destroyed) inner.destroy()
    inner.on('data', (bytes: Buffer) => {
      if (!this.#emit(codec, bytes)) inner.pause()
    })
    inner.on('error', (error) => whenRead(this, () => this.#fail(codec, error)))
    inner.on('end', () => {
      this.#decoder = undefined
      this.#atMemberEnd?.()
    })
  }

  /** Passes on decoded bytes, once there are enough to tell that they are not another compressed file. */
  #emit(codec: CodecName, bytes: Buffer): boolean {
    if (this.#decoded === undefined) return this.push(bytes)
    const head = this.#decoded.length === 0 ? bytes : Buffer.concat([this.#decoded, bytes])
    if (head.length >= HEAD_BYTES) return this.#pushHead(codec, head)
    this.#decoded = head
    return true
  }

  #pushHead(codec: CodecName, head: Buffer): boolean {
    this.#decoded = undefined
    const foreign = foreignIn(codec, head)
    if (foreign === undefined) return this.push(head)
    this.destroy(foreign)
    return false
  }

  /**
   * Writes to a decoder. node:zlib's zstd stops at the end of a frame inside a chunk, as if the input ended there:
   * the remaining bytes belong to a new frame.
   */
  #feed(codec: CodecName, inner: Duplex, chunk: Buffer, done: WriteCallback): void {
    const before = consumedBy(inner)
    inner.write(chunk, (error) => {
      if (error) return
      const consumed = before === undefined ? chunk.length : consumedBy(inner)! - before
      if (consumed === chunk.length) done()
      else this.#afterMember(inner, () => this.#decode(codec, chunk.subarray(consumed), done))
    })
  }

  #afterMember(inner: Duplex, go: () => void): void {
    const next = () => {
      this.#atMemberEnd = undefined
      inner.destroy()
      go()
    }
    if (this.#decoder === inner) this.#atMemberEnd = next
    else next()
  }

  #endMember(done: WriteCallback): void {
    const finish = () => {
      this.#decoder?.destroy()
      if (this.#decoded !== undefined && this.#decoded.length > 0) this.#pushHead(this.#codec!, this.#decoded)
      this.push(null)
      done()
    }
    const inner = this.#decoder
    if (inner === undefined) {
      finish()
      return
    }
    this.#atMemberEnd = finish
    this.#ending = finish
    // Passes on its decoded bytes first: the error of a cut member would discard them.
    if (this.#isStopped) whenRead(inner, () => inner.end())
    else inner.end()
  }

  /** Stopped input may end anywhere, so its end is not checked. */
  #fail(codec: CodecName, error: Error): void {
    if (this.#ending === undefined || !this.#isStopped) {
      this.destroy(undecodableBytes(codec, error))
      return
    }
    this.#isCut = true
    this.#ending()
  }

  get #isStopped(): boolean {
    return this.#stop?.aborted === true && this.#codec !== 'plain'
  }
}

/** At least one line that cannot begin a file known by its first bytes, so there is no need to wait for more. */
function isText(head: Buffer): boolean {
  return head.includes(10) && /^(?![7BLPx])[\t\n\r\x20-\x7e]+$/.test(head.toString('latin1'))
}

function foreignIn(codec: CodecName, head: Buffer): Error | undefined {
  try {
    return compressedTwice(codec, head) ?? foreignBytes(head)
  } catch (thrown) {
    return thrown as Error
  }
}

/** Input bytes that one of zlib's streams has used; other decoders use everything. */
function consumedBy(inner: Duplex): number | undefined {
  return (inner as Duplex & { bytesWritten?: number }).bytesWritten
}
