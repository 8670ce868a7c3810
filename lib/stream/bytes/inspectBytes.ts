import { Transform, type TransformCallback } from 'node:stream'

const LF = 10
/** Of a longer first line, only this much is inspected. */
const MOST_BYTES = 64 * 1024

/**
 * Bytes → the same bytes, but first shows their beginning to `inspect`: without leading white space, up to the end of
 * the first line that is longer than a bracket, or 64 KiB of it. An error that `inspect` returns becomes the stream's
 * error. Otherwise, and for an empty input, `before` is awaited, and its error becomes the stream's.
 * Memory: the beginning, and a chunk.
 */
export function inspectBytes(inspect: Inspect, before?: () => Promise<void>): Transform {
  return new Inspecting(inspect, before)
}

type Inspect = (beginning: Buffer) => Error | undefined

class Inspecting extends Transform {
  readonly #inspect: Inspect
  readonly #before: (() => Promise<void>) | undefined
  #held: Buffer | undefined = Buffer.alloc(0)

  constructor(inspect: Inspect, before: (() => Promise<void>) | undefined) {
    super()
    this.#inspect = inspect
    this.#before = before
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#held === undefined) {
      done(null, chunk)
      return
    }
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const line = firstLine(this.#held)
    if (line === undefined) done()
    else this.#pass(line, done)
  }

  override _flush(done: TransformCallback): void {
    if (this.#held === undefined) done()
    else this.#pass(this.#held.subarray(contentStart(this.#held)), done)
  }

  #pass(line: Buffer, done: TransformCallback): void {
    const held = this.#held
    this.#held = undefined
    const error = line.length === 0 ? undefined : this.#inspect(line)
    if (error !== undefined) done(error)
    else if (this.#before === undefined) done(null, held)
    else this.#before().then(() => done(null, held), done)
  }
}

/** The first line that is not blank, or its beginning; undefined if it is incomplete and more may be held. */
function firstLine(bytes: Buffer): Buffer | undefined {
  const from = contentStart(bytes)
  const end = lineEnd(bytes, from)
  if (end >= 0) return bytes.subarray(from, Math.min(end, from + MOST_BYTES))
  return bytes.length >= MOST_BYTES ? bytes.subarray(from, from + MOST_BYTES) : undefined
}

/** A line with only a bracket, which begins multi-line JSON, says nothing without the next line. */
function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LF, from + 1)
  const isBracket = /^[[{]\s*$/.test(bytes.toString('latin1', from, Math.min(end, from + 3)))
  return end >= 0 && isBracket ? bytes.indexOf(LF, end + 1) : end
}

/** The offset after a byte order mark and white space. */
function contentStart(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < bytes.length && (bytes[at] === 32 || (bytes[at]! >= 9 && bytes[at]! <= 13))) at++
  return at
}
