import { createHash, type Hash } from 'node:crypto'

const CR = 13
const FIRST_CAPACITY = 8 * 1024
/** A larger buffer is released when the next line begins. */
const KEPT_CAPACITY = 4 * 1024 * 1024

/** The beginning of a line: its bytes (valid until the next `append`), or the digest if there were too many. */
export type LineBeginning =
  | { readonly bytes: Buffer; readonly digest?: undefined }
  | { readonly bytes?: undefined; readonly digest: string; readonly length: number }

/**
 * The beginning of a line whose end has not come yet. Copies bytes into one buffer that doubles, so a line in many
 * small pieces costs time and memory in proportion to its length; a list of pieces would cost a hundred bytes for
 * each. The buffer grows in place (`transfer`): V8 keeps released buffers for long, four times the input for large
 * lines. Beyond `maxBytes` (and a CR that may belong to the terminator) only a running SHA-256 is kept.
 */
export class PartialLine {
  readonly #maxBytes: number
  #buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(FIRST_CAPACITY)
  #length = 0
  #hash: Hash | undefined
  #heldCr = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get empty(): boolean {
    return this.#length === 0
  }

  /** The bytes so far; undefined if there are too many to hold. Valid until the next `append`. */
  get held(): Buffer | undefined {
    return this.#hash === undefined ? this.#buffer.subarray(0, this.#length) : undefined
  }

  append(piece: Buffer): void {
    if (piece.length === 0) return
    if (this.#hash === undefined && this.#length + piece.length > this.#maxBytes + 1) this.#giveUpHolding()
    if (this.#hash !== undefined) this.#digest(this.#hash, piece)
    else this.#hold(piece)
    this.#length += piece.length
  }

  /** Takes the whole line, without a CR at its end, and starts over. */
  take(): LineBeginning {
    const beginning = this.#hash === undefined ? this.#held() : this.#digested(this.#hash)
    this.clear()
    return beginning
  }

  clear(): void {
    this.#length = 0
    this.#hash = undefined
    this.#heldCr = false
  }

  #held(): LineBeginning {
    const endsInCr = this.#length > 0 && this.#buffer[this.#length - 1] === CR
    return { bytes: this.#buffer.subarray(0, endsInCr ? this.#length - 1 : this.#length) }
  }

  #digested(hash: Hash): LineBeginning {
    return { digest: hash.digest('hex'), length: this.#heldCr ? this.#length - 1 : this.#length }
  }

  #hold(piece: Buffer): void {
    if (this.#length === 0 && this.#buffer.length > KEPT_CAPACITY) this.#resize(FIRST_CAPACITY)
    const needed = this.#length + piece.length
    if (needed > this.#buffer.length) {
      this.#resize(Math.max(needed, Math.min(this.#buffer.length * 2, this.#maxBytes + 1)))
    }
    piece.copy(this.#buffer, this.#length)
  }

  #giveUpHolding(): void {
    this.#hash = createHash('sha256')
    this.#digest(this.#hash, this.#buffer.subarray(0, this.#length))
    this.#resize(FIRST_CAPACITY)
  }

  /** Keeps what fits, and detaches what was taken before. */
  #resize(capacity: number): void {
    this.#buffer = Buffer.from(this.#buffer.buffer.transfer(capacity))
  }

  /** Hashes everything except a CR at the end, which may be part of the terminator. */
  #digest(hash: Hash, piece: Buffer): void {
    if (piece.length === 0) return
    if (this.#heldCr) hash.update('\r')
    this.#heldCr = piece[piece.length - 1] === CR
    hash.update(this.#heldCr ? piece.subarray(0, -1) : piece)
  }
}
