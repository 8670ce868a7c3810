/** Types of the compact protocol that Parquet's structures nest with. */
const LIST = 9
const SET = 10
const STRUCT = 12

/** Far deeper than Parquet's structures nest. */
const MAX_DEPTH = 32

/**
 * Reads Thrift's compact protocol, as far as Parquet uses it, from untrusted bytes: skips unknown fields without
 * using memory, checks the lengths of lists and texts against the bytes that remain, and bounds nesting. Throws an
 * Error that names `what` and explains what is wrong with it.
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class Thrift {
  /** The position in the bytes. */
  at = 0
  readonly #bytes: Buffer
  readonly #what: string

  constructor(bytes: Buffer, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  /** Reads a struct; `field` reads one value, or returns false to skip it. */
  struct(field: (id: number, type: number) => unknown, depth = 0): void {
    if (depth > MAX_DEPTH) throw new Error(`has ${this.#what} that nests too deep`)
    let id = 0
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4)
      if (field(id, head & 15) === false) this.#skip(head & 15, false, depth)
    }
  }

  /** Reads a list of at most `most` structs; `element` reads one. */
  structs(type: number, most: number, element: () => void): void {
    this.#require(type, LIST)
    const { length, of } = this.#list()
    if (length > most) throw new Error(`has ${this.#what} with a list of ${length}, more than ${most}`)
    if (length > 0) this.#require(of, STRUCT)
    for (let n = 0; n < length; n++) element()
  }

  /** The number of elements in a list, which it skips. */
  length(type: number): number {
    this.#require(type, LIST)
    const { length, of } = this.#list()
    for (let n = 0; n < length; n++) this.#skip(of, true, 0)
    return length
  }

  /** An integer that is not negative. */
  count(type: number): number {
    if (type < 4 || type > 6) this.#require(type, 6)
    const value = this.#zigzag()
    if (Number.isSafeInteger(value) && value >= 0) return value
    throw new Error(`has ${this.#what} with the count ${value}`)
  }

  text(type: number): string {
    this.#require(type, 8)
    return this.#take(this.#varint()).toString()
  }

  #require(type: number, wanted: number): void {
    if (type !== wanted) throw new Error(`has ${this.#what} with a field of type ${type}, not ${wanted}`)
  }

  #skip(type: number, inList: boolean, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`has ${this.#what} that nests too deep`)
    switch (type) {
      case 1:
      case 2:
        if (inList) this.#byte()
        return
      case 3:
        this.#byte()
        return
      case 4:
      case 5:
      case 6:
        this.#varint()
        return
      case 7:
        this.#take(8)
        return
      case 8:
        this.#take(this.#varint())
        return
      case LIST:
      case SET: {
        const { length, of } = this.#list()
        for (let n = 0; n < length; n++) this.#skip(of, true, depth + 1)
        return
      }
      case STRUCT:
        this.struct(() => false, depth + 1)
        return
      default:
        throw new Error(`has ${this.#what} with a field of type ${type}`)
    }
  }

  #list(): { readonly length: number; readonly of: number } {
    const head = this.#byte()
    const length = head >> 4 === 15 ? this.#varint() : head >> 4
    // The smallest element takes a byte.
    if (length > this.#bytes.length - this.at) throw new Error(`has ${this.#what} that is cut short`)
    return { length, of: head & 15 }
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Numbers over 2^53 lose digits. */
  #varint(): number {
    let value = 0
    for (let [factor, bytes] = [1, 1]; ; factor *= 128, bytes++) {
      const byte = this.#byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
      if (bytes === 10) throw new Error(`has ${this.#what} with a number that does not end`)
    }
  }

  #byte(): number {
    return this.#take(1)[0]!
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.at) throw new Error(`has ${this.#what} that is cut short`)
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }
}
