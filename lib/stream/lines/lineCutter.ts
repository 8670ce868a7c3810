import { constants, isAscii, isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Line, RawLine } from '../../core/line.ts'
import { Reject } from '../../core/reject.ts'
import { PartialLine } from './partialLine.ts'

const LF = 10
const CR = 13
const SPACE = 32
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const MIB = 1024 * 1024

/** How lines are bounded and numbered, and what they are. */
export interface LineCutterOptions {
  /** The longest line to read, in bytes without its terminator; a longer one becomes a reject. Default 64 MiB. */
  readonly maxLineBytes?: number
  /** The number of lines already read from the same input; numbering continues from there. Default 0. */
  readonly linesBefore?: number
  /** How many bytes these take; offsets continue from there. Default 0. */
  readonly bytesBefore?: number
  /** Emits lines as bytes (`RawLine`), which `decodeLine` decodes: for a reader that uses only a few of them. */
  readonly raw?: boolean
}

/** Decodes a line, or makes a reject if its bytes are not UTF-8. */
export function decodeLine(raw: RawLine): Line | Reject {
  return decoded(raw, encodingOf(raw.bytes))
}

/**
 * Bytes → lines, chunk by chunk, with the counts so far. What it gives of a chunk is to be taken before the next one.
 * Raw lines that lie within a chunk are part of it; others are copies. Memory: an unfinished line of up to `maxLineBytes`.
 */
export class LineCutter {
  readonly #maxLineBytes: number
  readonly #raw: boolean
  readonly #partial: PartialLine
  /** The first bytes, while they may still become a byte order mark. */
  #opening: Buffer | undefined = Buffer.alloc(0)
  #lines = 0
  #bytes = 0
  #lastRecord = 0
  #linesEnd = 0
  /** Offset of the first byte of the current chunk. */
  #offset = 0

  constructor(options: LineCutterOptions) {
    this.#maxLineBytes = options.maxLineBytes ?? 64 * MIB
    if (!(this.#maxLineBytes >= 1 && this.#maxLineBytes <= constants.MAX_STRING_LENGTH)) {
      throw new RangeError(`maxLineBytes must lie between 1 and ${constants.MAX_STRING_LENGTH}`)
    }
    this.#raw = options.raw ?? false
    this.#lines = options.linesBefore ?? 0
    this.#offset = options.bytesBefore ?? 0
    this.#bytes = this.#offset
    this.#linesEnd = this.#offset
    if (this.#lines > 0) this.#opening = undefined
    this.#partial = new PartialLine(this.#maxLineBytes)
  }

  /**
   * Physical lines so far, including earlier and blank ones, and an unterminated last line once the input has ended.
   */
  get lines(): number {
    return this.#lines
  }

  /** The number of the last emitted line, 0 before the first. */
  get lastRecord(): number {
    return this.#lastRecord
  }

  /** The number of an unfinished line; undefined if that is only white space. */
  get openLine(): number | undefined {
    const { empty, held } = this.#partial
    if (empty || (held !== undefined && isBlank(held, 0, held.length))) return undefined
    return this.#lines + 1
  }

  /** The bytes of all complete lines so far, with their terminators. */
  get linesEnd(): number {
    return this.#linesEnd
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** The lines that end in the next chunk. */
  cut(chunk: Buffer): Iterator<Line | RawLine | Reject> & Iterable<Line | RawLine | Reject> {
    this.#bytes += chunk.length
    return this.#split(this.#opening === undefined ? chunk : this.#afterMark(this.#opening, chunk))
  }

  /** The unterminated last line; `isStopped` if the end of the input cut it: then there is none. */
  *rest(isStopped = false): Generator<Line | RawLine | Reject> {
    if (this.#opening !== undefined) this.#partial.append(this.#opening)
    if (this.#partial.empty || isStopped) return
    const item = this.#closePartial(this.#bytes)
    if (item !== undefined) yield item
  }

  *#split(chunk: Buffer): Generator<Line | RawLine | Reject> {
    let from = 0
    let feed = chunk.indexOf(LF)
    if (!this.#partial.empty && feed >= 0) {
      this.#partial.append(chunk.subarray(0, feed))
      from = feed + 1
      const item = this.#closePartial(this.#offset + from)
      if (item !== undefined) yield item
      feed = chunk.indexOf(LF, from)
    }
    const encoding =
      feed < 0 || this.#raw ? undefined : encodingOf(chunk.subarray(from, chunk.lastIndexOf(LF)))
    while (feed >= 0) {
      const end = feed > from && chunk[feed - 1] === CR ? feed - 1 : feed
      const item = this.#item(chunk, from, end, this.#offset + feed + 1, encoding)
      if (item !== undefined) yield item
      from = feed + 1
      feed = chunk.indexOf(LF, from)
    }
    this.#partial.append(chunk.subarray(from))
    this.#offset += chunk.length
  }

  /** The bytes after the byte order mark, if there is one; none while that is undecided. */
  #afterMark(before: Buffer, chunk: Buffer): Buffer {
    const opening = before.length === 0 ? chunk : Buffer.concat([before, chunk])
    const head = opening.subarray(0, BYTE_ORDER_MARK.length)
    const marked = BYTE_ORDER_MARK.subarray(0, head.length).equals(head)
    if (marked && head.length < BYTE_ORDER_MARK.length) {
      // A copy: the reader of chunks may use their buffers again.
      this.#opening = Buffer.from(opening)
      return Buffer.alloc(0)
    }
    this.#opening = undefined
    if (!marked) return opening
    this.#offset += BYTE_ORDER_MARK.length
    return opening.subarray(BYTE_ORDER_MARK.length)
  }

  #closePartial(end: number): Line | RawLine | Reject | undefined {
    const beginning = this.#partial.take()
    if (beginning.bytes !== undefined) {
      // Raw bytes are decoded later, when the partial line's buffer holds another line.
      const bytes = this.#raw ? Buffer.from(beginning.bytes) : beginning.bytes
      return this.#item(bytes, 0, bytes.length, end, undefined)
    }
    this.#lines++
    this.#linesEnd = end
    return this.#tooLong(end, beginning.length, beginning.digest)
  }

  /** The line in `bytes` from `from` up to `to`; undefined if it is blank. */
  #item(
    bytes: Buffer,
    from: number,
    to: number,
    end: number,
    encoding: 'latin1' | 'utf8' | undefined,
  ): Line | RawLine | Reject | undefined {
    const line = ++this.#lines
    this.#linesEnd = end
    if (to - from > this.#maxLineBytes) {
      return this.#tooLong(
        end,
        to - from,
        createHash('sha256').update(bytes.subarray(from, to)).digest('hex'),
      )
    }
    if (isBlank(bytes, from, to)) return undefined
    this.#lastRecord = line
    const raw = { line, end, bytes: bytes.subarray(from, to) }
    return this.#raw ? raw : decoded(raw, encoding ?? encodingOf(raw.bytes))
  }

  #tooLong(end: number, length: number, digest: string): Reject {
    this.#lastRecord = this.#lines
    const reason = `the line is ${length} bytes long, ${this.#maxLineBytes} are allowed`
    return new Reject({ line: this.#lines, end, digest }, 'line_too_long', reason)
  }
}

function decoded({ line, end, bytes }: RawLine, encoding: 'latin1' | 'utf8' | undefined): Line | Reject {
  if (encoding !== undefined) return { line, end, text: bytes.toString(encoding) }
  // A copy, so that one bad line neither holds its whole chunk nor shares the partial line's buffer.
  return new Reject({ line, end, bytes: Buffer.from(bytes) }, 'invalid_utf8', 'the line is not valid UTF-8')
}

/** How to decode bytes; undefined if they are not UTF-8. Pure ASCII decodes faster as latin1. */
function encodingOf(bytes: Buffer): 'latin1' | 'utf8' | undefined {
  if (isAscii(bytes)) return 'latin1'
  return isUtf8(bytes) ? 'utf8' : undefined
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    if (byte !== SPACE && (byte < 9 || byte > 13)) return false
  }
  return true
}
