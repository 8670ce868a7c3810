import { createHash } from 'node:crypto'
import type { Line } from '../../core/line.ts'
import { Reject } from '../../core/reject.ts'

/**
 * Text is hashed in pieces of about this many characters. Lines of 750 bytes, in thousands a second: 1600 in
 * pieces of 64 Ki, 1560 of 8 Ki, 1200 a line at a time, 1150 of 1 Mi.
 */
const PIECE_LENGTH = 64 * 1024

/**
 * The SHA-256 of lines, each followed by LF: the text of a line, the bytes of one that is not UTF-8, the
 * hex digest of one that was too long to hold. A reject hashes as the line it was made of. Memory: one
 * piece of text, or one line where that is longer.
 */
export class LinesDigest {
  readonly #hash = createHash('sha256')
  #text = ''
  #records = 0

  /** How many lines it has seen. */
  get records(): number {
    return this.#records
  }

  update(item: Line | Reject): void {
    this.#records += 1
    const text = item.text ?? (item instanceof Reject ? item.digest : undefined)
    if (text === undefined) this.#updateBytes((item as Reject).bytes)
    else this.#updateText(text)
  }

  updateAll(items: Iterable<Line | Reject>): void {
    for (const item of items) this.update(item)
  }

  /** Of all lines so far, in hex; more may follow. */
  hex(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  #updateText(text: string): void {
    this.#text += `${text}\n`
    if (this.#text.length >= PIECE_LENGTH) this.#flush()
  }

  #updateBytes(bytes: Buffer | undefined): void {
    this.#flush()
    if (bytes !== undefined) this.#hash.update(bytes)
    this.#hash.update('\n')
  }

  #flush(): void {
    if (this.#text !== '') this.#hash.update(this.#text)
    this.#text = ''
  }
}
