import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { Line } from '../../core/line.ts'
import { Reject, type RejectCode } from '../../core/reject.ts'

const LENGTH_BYTES = 4
/** The minimum size of the pieces in which records are written. */
const PIECE_BYTES = 256 * 1024

/** A line or reject as JSON, with bytes as base64. */
interface SpooledLine {
  line: number
  end: number
  text?: string
  bytes?: string
  digest?: string
  code?: RejectCode
  reason?: string
}

/**
 * A file (mode 0600) for lines and rejects, which are read back in order, unchanged. A record is the length of its
 * JSON (four bytes, little-endian) and its JSON. Memory: one piece of 256 KiB or one record. Reading and writing is
 * synchronous, because it happens before a run's own work begins.
 * Errors: ELYSIA_STATE if the file cannot be written or read.
 */
export class Spool {
  readonly #path: string
  #file: number | undefined
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(path: string) {
    this.#path = path
  }

  append(item: Line | Reject): void {
    const json = Buffer.from(JSON.stringify(spooled(item)))
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32LE(json.length)
    this.#pieces.push(length, json)
    this.#bytes += LENGTH_BYTES + json.length
    if (this.#bytes >= PIECE_BYTES) this.#write()
  }

  /** Everything appended so far. */
  *replay(): Generator<Line | Reject> {
    this.#write()
    let at = 0
    for (let head = this.#read(at, LENGTH_BYTES); head !== undefined; head = this.#read(at, LENGTH_BYTES)) {
      const json = this.#read(at + LENGTH_BYTES, head.readUInt32LE(0))
      if (json === undefined) throw this.#failure('ends in the middle of a record')
      yield restored(JSON.parse(json.toString()) as SpooledLine)
      at += LENGTH_BYTES + json.length
    }
  }

  /** Closes and removes the file; may be called more than once. */
  remove(): void {
    if (this.#file === undefined) return
    closeSync(this.#file)
    this.#file = undefined
    rmSync(this.#path, { force: true })
  }

  #write(): void {
    try {
      this.#file ??= this.#open()
      writeFileSync(this.#file, Buffer.concat(this.#pieces))
    } catch (thrown) {
      throw this.#failure(messageOf(thrown), thrown)
    }
    this.#pieces = []
    this.#bytes = 0
  }

  #open(): number {
    rmSync(this.#path, { force: true })
    return openSync(this.#path, 'wx+', 0o600)
  }

  /** Exactly `length` bytes, or undefined at the end. */
  #read(at: number, length: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const read = readSync(this.#file!, bytes, filled, length - filled, at + filled)
      if (read === 0) return undefined
      filled += read
    }
    return bytes
  }

  #failure(fact: string, cause?: unknown): ElysiaError {
    return new ElysiaError('ELYSIA_STATE', `the spool file ${this.#path}: ${fact}`, {
      cause,
      hint: 'Free space on that disk, or start again with --fresh, which needs no spool file.',
    })
  }
}

function spooled(item: Line | Reject): SpooledLine {
  const { line, end, text } = item
  if (!(item instanceof Reject)) return { line, end, text: item.text }
  const { code, reason, bytes, digest } = item
  return {
    line,
    end,
    code,
    reason,
    ...(text !== undefined && { text }),
    ...(bytes !== undefined && { bytes: bytes.toString('base64') }),
    ...(digest !== undefined && { digest }),
  }
}

function restored({ code, reason = '', bytes, ...rest }: SpooledLine): Line | Reject {
  if (code === undefined) return { line: rest.line, end: rest.end, text: rest.text ?? '' }
  const held = bytes === undefined ? rest : { ...rest, bytes: Buffer.from(bytes, 'base64') }
  return new Reject(held, code, reason)
}
