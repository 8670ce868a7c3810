import type { StoredObject, Vector } from '../../core/object.ts'
import { requireFiniteVectors } from './finiteVectors.ts'
import { headText, timesText } from './text.ts'

/** The most UTF-8 bytes per character of a string. */
const MOST_BYTES = 3
/** The bytes of a longer text are counted before memory is reserved for them. */
const LONG = 64 * 1024
const ROOM_BYTES = 64 * 1024
const CLOSE = '}'.charCodeAt(0)
const QUOTE = '"'.charCodeAt(0)

/**
 * An object as one JSON text, without a newline: `{id, tenant?, properties, vector?, vectors?, created_ms?,
 * updated_ms?}`, vectors in base64 of little-endian float32. Equal objects have equal texts, apart from their times:
 * keys are sorted, null properties omitted.
 * @throws ElysiaError ELYSIA_STORE for a vector with a number that is not finite
 */
export function objectText(object: StoredObject): string {
  texts.clear()
  texts.identity(object)
  texts.times(object)
  return texts.toString()
}

/**
 * Writes objects one after another as bytes, in the form of objectText. The text of an object with vectors consists
 * of several large strings, which are copied whenever it is hashed or joined; here each byte is written once.
 * Memory: the allocated room, or twice one larger object.
 */
export class LineWriter {
  readonly #roomBytes: number
  #bytes: Buffer
  #length = 0
  /** The position of the brace that ends the last object. */
  #end = 0

  /** `roomBytes` are allocated at once; more if an object needs more. */
  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes
    this.#bytes = Buffer.allocUnsafeSlow(roomBytes)
  }

  /** Bytes since the last `take`. */
  get length(): number {
    return this.#length
  }

  /**
   * Adds an object without its times, and returns what it added: the identity that its digest is made from, valid
   * until the next call. `parsed` is the value that the object was read from, which may hold its vectors as base64.
   * @throws ElysiaError ELYSIA_STORE for a vector with a number that is not finite
   */
  identity(object: StoredObject, parsed: ParsedVectors = {}): Buffer {
    const start = this.#length
    requireFiniteVectors(object)
    this.text(headText(object))
    if (object.vector !== undefined) {
      this.#ascii(',"vector":')
      this.#vector(object.vector, parsed.vector)
    }
    if (object.vectors !== undefined) this.#named(object.vectors, parsed.vectors)
    this.#end = this.#length
    this.#byte(CLOSE)
    return this.#bytes.subarray(start, this.#length)
  }

  /** Adds the times of the object that was added last. */
  times(object: StoredObject): void {
    this.#length = this.#end
    this.#ascii(timesText(object))
    this.#byte(CLOSE)
  }

  /** Adds any text. */
  text(text: string): void {
    this.#reserve(text.length > LONG ? Buffer.byteLength(text) : text.length * MOST_BYTES)
    this.#length += this.#bytes.write(text, this.#length, 'utf8')
  }

  /** Everything written since the last call; it belongs to the caller. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafeSlow(this.#roomBytes)
    this.#length = 0
    return taken
  }

  /** Everything written since the last `take`, as a text. */
  toString(): string {
    return this.#bytes.toString('utf8', 0, this.#length)
  }

  /** Discards everything written since the last `take`. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length > this.#roomBytes) this.#bytes = Buffer.allocUnsafeSlow(this.#roomBytes)
  }

  #named(vectors: Readonly<Record<string, Vector>>, parsed: unknown): void {
    this.#ascii(',"vectors":{')
    for (const [at, name] of Object.keys(vectors).sort().entries()) {
      this.text(`${at === 0 ? '' : ','}${JSON.stringify(name)}:`)
      this.#vector(vectors[name]!, (parsed as Readonly<Record<string, unknown>> | undefined)?.[name])
    }
    this.#byte(CLOSE)
  }

  #vector(vector: Vector, parsed: unknown): void {
    if (!(vector instanceof Float32Array)) {
      this.#ascii('[')
      for (const [at, row] of vector.entries()) {
        if (at > 0) this.#ascii(',')
        this.#vector(row, (parsed as readonly unknown[] | undefined)?.[at])
      }
      this.#ascii(']')
      return
    }
    this.#byte(QUOTE)
    this.#ascii(typeof parsed === 'string' && isAsWritten(parsed) ? parsed : base64(vector))
    this.#byte(QUOTE)
  }

  #ascii(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#bytes.write(text, this.#length, 'latin1')
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  /** Makes room for `bytes` more. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/** Vectors as a line spelled them. */
export interface ParsedVectors {
  readonly vector?: unknown
  readonly vectors?: unknown
}

/** The last character before the padding, if its unused bits are zero. */
const BEFORE_PADDING = /[AQgw]==$|[AEIMQUYcgkosw048]=$/

/** True for base64 in the form that Node writes: not the URL alphabet, and no bits beyond the last byte. */
export function isAsWritten(decoded: string): boolean {
  if (decoded.includes('-') || decoded.includes('_')) return false
  return !decoded.endsWith('=') || BEFORE_PADDING.test(decoded)
}

const texts = new LineWriter(ROOM_BYTES)

/** Node runs on little-endian machines only, so the bytes in memory are those that the format requires. */
function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}
