const PRIME_1 = 0x9e3779b1
const PRIME_2 = 0x85ebca77
const PRIME_3 = 0xc2b2ae3d
const PRIME_4 = 0x27d4eb2f
const PRIME_5 = 0x165667b1
const STRIPE_BYTES = 16

/**
 * The 32-bit xxHash of bytes that come in pieces, with seed 0: the checksum of lz4 frames.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export class Xxh32 {
  #a = (PRIME_1 + PRIME_2) | 0
  #b = PRIME_2 | 0
  #c = 0
  #d = -PRIME_1 | 0
  #length = 0
  readonly #tail = Buffer.alloc(STRIPE_BYTES)
  #tailLength = 0

  update(bytes: Buffer): this {
    this.#length += bytes.length
    let at = 0
    if (this.#tailLength > 0) {
      at = bytes.copy(this.#tail, this.#tailLength, 0, STRIPE_BYTES - this.#tailLength)
      this.#tailLength += at
      if (this.#tailLength < STRIPE_BYTES) return this
      this.#stripes(this.#tail, 0, STRIPE_BYTES)
    }
    const whole = bytes.length - ((bytes.length - at) % STRIPE_BYTES)
    this.#stripes(bytes, at, whole)
    this.#tailLength = bytes.copy(this.#tail, 0, whole)
    return this
  }

  /** As an unsigned number. */
  digest(): number {
    const { a, b, c, d } = { a: this.#a, b: this.#b, c: this.#c, d: this.#d }
    const merged = this.#length < STRIPE_BYTES ? PRIME_5 : rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)
    return avalanche(this.#remainder((merged + this.#length) | 0))
  }

  #stripes(bytes: Buffer, from: number, to: number): void {
    let a = this.#a
    let b = this.#b
    let c = this.#c
    let d = this.#d
    for (let at = from; at < to; at += STRIPE_BYTES) {
      a = round(a, bytes.readInt32LE(at))
      b = round(b, bytes.readInt32LE(at + 4))
      c = round(c, bytes.readInt32LE(at + 8))
      d = round(d, bytes.readInt32LE(at + 12))
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  #remainder(start: number): number {
    let sum = start
    let at = 0
    for (; at + 4 <= this.#tailLength; at += 4) {
      sum = Math.imul(rotl(sum + Math.imul(this.#tail.readInt32LE(at), PRIME_3), 17), PRIME_4)
    }
    for (; at < this.#tailLength; at++) {
      sum = Math.imul(rotl(sum + Math.imul(this.#tail[at] as number, PRIME_5), 11), PRIME_1)
    }
    return sum
  }
}

function round(lane: number, word: number): number {
  return Math.imul(rotl(lane + Math.imul(word, PRIME_2), 13), PRIME_1)
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function avalanche(sum: number): number {
  let mixed = Math.imul(sum ^ (sum >>> 15), PRIME_2)
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
