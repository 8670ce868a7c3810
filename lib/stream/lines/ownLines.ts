import { pipeline, type Readable, Transform } from 'node:stream'
import split2 from 'split2'

const LF = 10

/** Half of the maximum length of a string. */
const MAX_LENGTH = 256 * 1024 * 1024
/** The most bytes of an unfinished line that are held back before they are searched. */
const MOST_HELD = 16 * 1024 * 1024

/** How long lines may be, and whether the last one may be incomplete. */
export interface OwnLinesOptions {
  /** A line of more characters than this is an error; 256 Mi by default. */
  readonly maxLength?: number
  /** Makes the error for a line that is too long. */
  readonly failure: (fact: string, cause: unknown) => Error
  /** True: omit a last line without LF, which was being written when its process died. This holds one line back. */
  readonly whole?: boolean
}

/**
 * Bytes that this program wrote → their lines in order, without LF. Blank lines count; a CR stays. Only for our own
 * files: split2 turns invalid UTF-8 into U+FFFD, and has neither line numbers nor offsets. For other input use
 * `splitLines`. Memory: one line of `maxLength` characters, and 16 MiB or one chunk. Always ends `input`.
 * Errors: `failure` if a line is too long; those of `input` unchanged.
 */
export async function* ownLines(input: Readable, options: OwnLinesOptions): AsyncGenerator<string> {
  const { maxLength = MAX_LENGTH, failure, whole = false } = options
  let inputError: unknown
  input.once('error', (error) => {
    inputError = error
  })
  const last = new LongPieces()
  const lines = split2('\n', { maxLength })
  pipeline(input, last, lines, () => {})
  let pendingLine: string | undefined
  try {
    for await (const line of lines as AsyncIterable<string>) {
      if (pendingLine !== undefined) yield pendingLine
      if (whole) pendingLine = line
      else yield line
    }
  } catch (error) {
    if (error === inputError) throw error
    throw failure(`has a line of more than ${maxLength} characters`, error)
  }
  if (pendingLine !== undefined && last.isLf) yield pendingLine
}

/**
 * Bytes → the same bytes, in longer pieces for a long line; `isLf` tells whether the last one ended with LF. split2
 * searches the whole line so far for each piece; so for an unfinished line this holds back as many bytes as have
 * passed, or `MOST_HELD`.
 */
class LongPieces extends Transform {
  isLf = false
  /** The bytes of the unfinished line that were passed on, and those that are held. */
  #passed = 0
  #held: Buffer[] = []
  #heldBytes = 0

  override _transform(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (chunk.length > 0) this.#take(chunk)
    done()
  }

  override _flush(done: () => void): void {
    this.#pass()
    done()
  }

  #take(chunk: Buffer): void {
    const end = chunk.lastIndexOf(LF)
    this.isLf = end === chunk.length - 1
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (end < 0 && this.#heldBytes < Math.min(this.#passed, MOST_HELD)) return
    this.#pass()
    if (end >= 0) this.#passed = chunk.length - end - 1
  }

  #pass(): void {
    if (this.#held.length > 0) this.push(this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held))
    this.#passed += this.#heldBytes
    this.#held = []
    this.#heldBytes = 0
  }
}
