import { createHash } from 'node:crypto'
import type { Line, RawLine } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'

const LF = 10

/**
 * Text is hashed in pieces of about this many characters. Lines of 750 bytes, in thousands a second: 1600 in pieces
 * of 64 Ki, 1560 of 8 Ki, 1200 one line at a time, 1150 of 1 Mi.
 */
const PIECE_LENGTH = 64 * 1024

/**
 * The SHA-256 of lines, each followed by LF: the text of a line, the bytes of a line that is not UTF-8 or was not
 * decoded, the hex digest of one that was too long to hold. A reject hashes like the line that it was made from.
 * Memory: one piece of text, or one longer line, and the chunk that holds the last bytes.
 */
export class LinesDigest {
  #hash = createHash('sha256')
  #text = ''
  /** Consecutive bytes of one chunk: all complete lines but the last. */
  #bytes: Buffer | undefined
  #records = 0

  /** The number of lines so far. */
  get records(): number {
    return this.#records
  }

  update(item: Line | RawLine | Reject): void {
    this.#records += 1
    if ('bytes' in item && item.bytes !== undefined) this.#updateBytes(item.bytes)
    else if ('text' in item && item.text !== undefined) this.#updateText(item.text)
    else this.#updateText((item as Reject).digest ?? '')
  }

  updateAll(items: Iterable<Line | RawLine | Reject>): void {
    for (const item of items) this.update(item)
  }

  /** A copy that has hashed the same lines. */
  copy(): LinesDigest {
    this.#flush()
    const copy = new LinesDigest()
    copy.#hash = this.#hash.copy()
    copy.#records = this.#records
    return copy
  }

  /** The digest of all lines so far, in hex; more may follow. */
  hex(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  /** Hashes what is held of the lines so far: their bytes may then be overwritten. */
  flush(): void {
    this.#flush()
  }

  #updateText(text: string): void {
    if (this.#bytes !== undefined) this.#flush()
    this.#text += `${text}\n`
    if (this.#text.length >= PIECE_LENGTH) this.#flush()
  }

  #updateBytes(bytes: Buffer): void {
    if (this.#text !== '') this.#flush()
    const joined = this.#bytes && continued(this.#bytes, bytes)
    if (joined === undefined) this.#flush()
    this.#bytes = joined ?? bytes
    if (this.#bytes.length >= PIECE_LENGTH) this.#flush()
  }

  #flush(): void {
    if (this.#text !== '') this.#hash.update(this.#text)
    if (this.#bytes !== undefined) this.#hash.update(this.#bytes).update('\n')
    this.#text = ''
    this.#bytes = undefined
  }
}

/** Two lines that are adjacent in one chunk, with the LF between them; undefined if they are not. */
function continued(before: Buffer, bytes: Buffer): Buffer | undefined {
  const { buffer, byteOffset, length } = before
  if (buffer !== bytes.buffer || bytes.byteOffset !== byteOffset + length + 1) return undefined
  const joined = Buffer.from(buffer, byteOffset, length + 1 + bytes.length)
  return joined[length] === LF ? joined : undefined
}
