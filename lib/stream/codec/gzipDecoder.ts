import { Duplex } from 'node:stream'
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import { ElysiaError } from '../../core/errors.ts'
import { whenRead } from '../bytes/whenRead.ts'

type WriteCallback = (error?: Error | null) => void

const TRAILER_BYTES = 8
/** The fixed part of a header; an extra field of up to 64 KiB, a name and a comment may follow. */
const FIXED_BYTES = 10
const MAX_HEADER_BYTES = 256 * 1024
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const
const DEFLATED = 8
const CHUNK_BYTES = { least: 4 * 1024, most: 256 * 1024 }

/**
 * gzip members, any number of them → their content; verifies each member's CRC and length. Zeros after a member are
 * padding. Other bytes after it are reported to `onTrailing` and ignored with everything that follows, as by `gzip
 * -dc`; without it they are an error.
 *
 * node:zlib's own gunzip loses the output of the last write if such bytes follow, so the frame is read here and zlib
 * inflates its body. Memory: two chunks of 256 KiB and zlib's window of 32 KiB.
 * Errors: ELYSIA_COMPRESSION, and zlib's own.
 * @see RFC 1952 §2.2 (several members), §2.3 (the frame of one)
 */
export function gzipMembers(onTrailing?: () => void): Duplex {
  return new GzipMembers(onTrailing)
}

class GzipMembers extends Duplex {
  readonly #onTrailing: (() => void) | undefined
  #state: 'header' | 'body' | 'trailer' | 'between' | 'trailing' = 'header'
  /** Bytes of an incomplete header or trailer. */
  #held: Buffer = Buffer.alloc(0)
  #body: InflateRaw | undefined
  #crc = 0
  #size = 0
  #atBodyEnd: (() => void) | undefined

  constructor(onTrailing: (() => void) | undefined) {
    super()
    this.#onTrailing = onTrailing
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteCallback): void {
    this.#tryTake(chunk, done)
  }

  override _final(done: WriteCallback): void {
    try {
      if (this.#state !== 'between' && this.#state !== 'trailing') throw damaged('is cut short')
      if (this.#held.length > 0) this.#beginTrailing()
      this.push(null)
      done()
    } catch (thrown) {
      whenRead(this, () => done(thrown as Error))
    }
  }

  override _read(): void {
    this.#body?.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#body?.destroy()
    done(error)
  }

  #tryTake(chunk: Buffer, done: WriteCallback): void {
    try {
      this.#take(chunk, done)
    } catch (thrown) {
      whenRead(this, () => done(thrown as Error))
    }
  }

  #take(chunk: Buffer, done: WriteCallback): void {
    if (chunk.length === 0 || this.#state === 'trailing') done()
    else if (this.#state === 'body') this.#inflate(this.#body!, chunk, done)
    else this.#takeAround(chunk, done)
  }

  #takeAround(chunk: Buffer, done: WriteCallback): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const used = this.#framing(bytes)
    this.#held = used === undefined ? bytes : Buffer.alloc(0)
    if (used === undefined) done()
    else this.#take(bytes.subarray(used), done)
  }

  /**
   * Consumes the header or trailer around a body; returns the number of bytes used, or undefined if more are needed.
   */
  #framing(bytes: Buffer): number | undefined {
    if (this.#state === 'header') return this.#header(bytes)
    return this.#state === 'trailer' ? this.#trailer(bytes) : this.#between(bytes)
  }

  #header(bytes: Buffer): number | undefined {
    const length = headerLength(bytes)
    if (length === undefined && bytes.length > MAX_HEADER_BYTES)
      throw damaged('is damaged: its header has no end')
    if (length === undefined) return undefined
    this.#state = 'body'
    this.#body = this.#newBody()
    this.#crc = 0
    this.#size = 0
    return length
  }

  #trailer(bytes: Buffer): number | undefined {
    if (bytes.length < TRAILER_BYTES) return undefined
    if (bytes.readUInt32LE(0) !== this.#crc) throw damaged('is damaged: the CRC of its data differs')
    if (bytes.readUInt32LE(4) !== this.#size % 2 ** 32) throw damaged('is damaged: its length differs')
    this.#state = 'between'
    return TRAILER_BYTES
  }

  #between(bytes: Buffer): number | undefined {
    const padding = bytes.findIndex((byte) => byte !== 0)
    if (padding < 0) return bytes.length
    if (bytes.length === padding + 1 && bytes[padding] === 0x1f) return undefined
    if (bytes[padding] === 0x1f && bytes[padding + 1] === 0x8b) this.#state = 'header'
    else this.#beginTrailing()
    return padding
  }

  #beginTrailing(): void {
    if (this.#onTrailing === undefined) throw damaged('continues with bytes that are not a gzip member')
    this.#state = 'trailing'
    this.#onTrailing()
  }

  /**
   * Small members get small buffers: a file with many of them would otherwise take the memory of large ones for each.
   */
  #newBody(): InflateRaw {
    const before = this.#body === undefined ? CHUNK_BYTES.most : 2 * this.#size
    const chunkSize = Math.min(CHUNK_BYTES.most, Math.max(CHUNK_BYTES.least, before))
    const body = createInflateRaw({ chunkSize })
    body.on('data', (bytes: Buffer) => {
      this.#crc = crc32(bytes, this.#crc)
      this.#size += bytes.length
      if (!this.push(bytes)) body.pause()
    })
    body.on('error', (error) => whenRead(this, () => this.destroy(error)))
    body.on('end', () => this.#atBodyEnd?.())
    return body
  }

  /** zlib stops when it gets bytes beyond the body's end, and reports in `bytesWritten` how many it used. */
  #inflate(body: InflateRaw, chunk: Buffer, done: WriteCallback): void {
    const before = body.bytesWritten
    this.#atBodyEnd = undefined
    body.write(chunk, (error) => {
      if (error) return
      const used = body.bytesWritten - before
      if (used === chunk.length) return done()
      const resume = () => {
        body.destroy()
        this.#state = 'trailer'
        this.#tryTake(chunk.subarray(used), done)
      }
      if (body.readableEnded) resume()
      else this.#atBodyEnd = resume
    })
  }
}

/** The length of a member's header; undefined if it is incomplete. @throws ElysiaError ELYSIA_COMPRESSION */
function headerLength(bytes: Buffer): number | undefined {
  if (bytes.length < FIXED_BYTES) return undefined
  const flags = bytes[3]!
  if (bytes[2] !== DEFLATED || (flags & FLAG.reserved) !== 0) {
    throw damaged('is damaged: its header says nothing that gzip knows')
  }
  let at = FIXED_BYTES
  if (flags & FLAG.extra) {
    if (bytes.length < at + 2) return undefined
    at += 2 + bytes.readUInt16LE(at)
  }
  for (const text of [FLAG.name, FLAG.comment]) {
    if ((flags & text) === 0) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (flags & FLAG.headerCrc) at += 2
  return bytes.length < at ? undefined : at
}

function damaged(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_COMPRESSION', `the gzip input ${fact}`, {
    hint: 'Test the file with `gzip -t`, and fetch or make it again.',
  })
}
