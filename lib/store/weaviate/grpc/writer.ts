const SCRATCH_BYTES = 64 * 1024

/** Larger buffers are left to the garbage collector. */
const KEPT_BYTES = 8 * 1024 * 1024

/** The bytes of a length: 5 × 7 bits hold 32. */
const MOST_VARINT_BYTES = 5
const MOST_LONG_BYTES = 10

/** Shorter ASCII texts are written byte by byte: calling a buffer's method costs more. */
const SHORT_TEXT = 48

let scratch: Buffer | undefined = Buffer.allocUnsafeSlow(SCRATCH_BYTES)

/**
 * Writes one protobuf message. The writer of protobufjs keeps each value in objects until the end, about forty for each
 * object of a batch, and then visits all of them again: that took a third of a restore's time. Memory: the message, up
 * to twice; a buffer of up to 8 MiB is kept for the next one.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class Writer {
  /** Taken from `scratch`, so that two writers at once have different buffers. */
  #buffer: Buffer
  #at = 0
  /** Where the unfinished messages begin. */
  readonly #begun: number[] = []

  constructor() {
    this.#buffer = scratch ?? Buffer.allocUnsafeSlow(SCRATCH_BYTES)
    scratch = undefined
  }

  /** A varint of up to 32 bits. */
  uint32(value: number): this {
    this.#need(MOST_VARINT_BYTES)
    this.#at = putVarint(this.#buffer, this.#at, value)
    return this
  }

  /** A varint of 64 bits, all of which a negative value uses. `value` is a safe integer. */
  int64(value: number): this {
    let left = BigInt.asUintN(64, BigInt(value))
    this.#need(MOST_LONG_BYTES)
    for (; left > 0x7fn; left >>= 7n) this.#buffer[this.#at++] = Number(left & 0x7fn) | 0x80
    this.#buffer[this.#at++] = Number(left)
    return this
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0)
  }

  double(value: number): this {
    this.#need(8)
    this.#at = this.#buffer.writeDoubleLE(value, this.#at)
    return this
  }

  /** Bytes after their length. */
  bytes(value: Uint8Array): this {
    this.uint32(value.length)
    this.#need(value.length)
    this.#buffer.set(value, this.#at)
    this.#at += value.length
    return this
  }

  /** A text as UTF-8 after its length. */
  string(value: string): this {
    this.fork(value.length < SCRATCH_BYTES ? 3 * value.length : Buffer.byteLength(value))
    if (value.length >= SHORT_TEXT || !this.#putAscii(value)) this.#at += this.#buffer.write(value, this.#at)
    return this.ldelim()
  }

  /** Begins a part with its length before it; it takes at most so many bytes, if known. */
  fork(most = 0): this {
    this.#need(1 + MOST_VARINT_BYTES + most)
    this.#at += 1
    this.#begun.push(this.#at)
    return this
  }

  /** Ends the part. One byte is reserved for its length; a longer length moves the part. */
  ldelim(): this {
    const from = this.#begun.pop()!
    const length = this.#at - from
    const more = varintBytes(length) - 1
    if (more > 0) {
      this.#need(more)
      this.#buffer.copyWithin(from + more, from, this.#at)
      this.#at += more
    }
    putVarint(this.#buffer, from - 1, length)
    return this
  }

  /** The message. It is valid until the next writer is made. */
  finish(): Uint8Array {
    if (this.#buffer.length <= KEPT_BYTES) scratch = this.#buffer
    return this.#buffer.subarray(0, this.#at)
  }

  /** Returns false, and writes nothing, for a text that is not ASCII. */
  #putAscii(value: string): boolean {
    for (let n = 0; n < value.length; n++) {
      const code = value.charCodeAt(n)
      if (code > 0x7f) return false
      this.#buffer[this.#at + n] = code
    }
    this.#at += value.length
    return true
  }

  #need(bytes: number): void {
    const most = this.#at + bytes
    if (most <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(most, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let left = value >>> 7; left > 0; left >>>= 7) bytes += 1
  return bytes
}

/** Returns the position after it. */
function putVarint(buffer: Buffer, at: number, value: number): number {
  let [end, left] = [at, value >>> 0]
  while (left > 0x7f) {
    buffer[end++] = (left & 0x7f) | 0x80
    left >>>= 7
  }
  buffer[end++] = left
  return end
}
