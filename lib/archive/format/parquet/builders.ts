import type { Json } from '../../../core/object.ts'
import { type Data, type DataType, makeData } from '../arrow.ts'

/** Builds a column, one slot per value. Reuses its arrays: the result of `take` is valid until the next `put`. */
export interface ColumnBuilder {
  readonly type: DataType
  /** The approximate number of bytes it holds. */
  readonly bytes: number
  /**
   * Fills one slot, with null if the type cannot hold the value. Returns false if the slot does not hold the exact
   * value. Undefined and null both count as null, which is exact.
   */
  put(value: Json | undefined): boolean
  /** The column of all values put since the last call. */
  take(): Data
}

/** The value in a slot; undefined if it is null. */
export type ValueReader = (row: number) => Json | undefined

/** A typed array that doubles its capacity. */
export class GrowableArray<T extends Uint8Array | Int32Array | Float32Array | Float64Array> {
  array: T
  used = 0
  readonly #make: (length: number) => T

  constructor(make: (length: number) => T) {
    this.#make = make
    this.array = make(1024)
  }

  reserve(more: number): void {
    if (this.used + more <= this.array.length) return
    const larger = this.#make(Math.max(this.array.length * 2, this.used + more))
    larger.set(this.array.subarray(0, this.used))
    this.array = larger
  }

  push(value: number): void {
    if (this.used === this.array.length) this.reserve(1)
    this.array[this.used++] = value
  }

  /** The used part, not copied; the array is empty afterwards. */
  take(): T {
    const taken = this.array.subarray(0, this.used) as T
    this.used = 0
    return taken
  }
}

/** One bit per slot, least significant first, as Arrow stores validity and booleans. */
export class Bitmap {
  length = 0
  zeros = 0
  readonly #bytes = new GrowableArray((length) => new Uint8Array(length))

  push(bit: boolean): void {
    const at = this.length++
    if ((at & 7) === 0) this.#bytes.push(0)
    if (bit) this.#bytes.array[at >> 3]! |= 1 << (at & 7)
    else this.zeros++
  }

  take(): { readonly length: number; readonly nullCount: number; readonly nullBitmap: Uint8Array } {
    const taken = { length: this.length, nullCount: this.zeros, nullBitmap: this.#bytes.take() }
    this.length = 0
    this.zeros = 0
    return taken
  }
}

/** Builds a column of fixed-width values. `write` appends a value, or refuses it. */
export class FixedWidthBuilder implements ColumnBuilder {
  readonly type: DataType
  readonly #valid = new Bitmap()
  readonly #values: GrowableArray<Int32Array | Float64Array>
  readonly #write: (value: Json, values: GrowableArray<Int32Array | Float64Array>) => boolean
  readonly #fill: number

  /** `fill` is the number of array elements per slot. */
  constructor(
    type: DataType,
    values: GrowableArray<Int32Array | Float64Array>,
    fill: number,
    write: (value: Json, values: GrowableArray<Int32Array | Float64Array>) => boolean,
  ) {
    this.type = type
    this.#values = values
    this.#fill = fill
    this.#write = write
  }

  get bytes(): number {
    return this.#values.used * this.#values.array.BYTES_PER_ELEMENT
  }

  put(value: Json | undefined): boolean {
    const before = this.#values.used
    const absent = value === undefined || value === null
    const exact = absent || this.#write(value, this.#values)
    const filled = this.#values.used > before
    if (!filled) for (let n = 0; n < this.#fill; n++) this.#values.push(0)
    this.#valid.push(filled)
    return exact
  }

  take(): Data {
    const { buffer, byteOffset, byteLength } = this.#values.take()
    const data =
      this.type.ArrayType === BigInt64Array
        ? new BigInt64Array(buffer, byteOffset, byteLength / 8)
        : new Float64Array(buffer, byteOffset, byteLength / 8)
    return makeData({ type: this.type, ...this.#valid.take(), data } as never)
  }
}

/** Builds a column of booleans; refuses other values. Memory: two bits a row. */
export class BooleanBuilder implements ColumnBuilder {
  readonly type: DataType
  readonly #valid = new Bitmap()
  readonly #values = new Bitmap()

  constructor(type: DataType) {
    this.type = type
  }

  get bytes(): number {
    return this.#valid.length >> 2
  }

  put(value: Json | undefined): boolean {
    const known = typeof value === 'boolean'
    this.#valid.push(known)
    this.#values.push(value === true)
    return known || value === undefined || value === null
  }

  take(): Data {
    const { nullBitmap: data } = this.#values.take()
    return makeData({ type: this.type, ...this.#valid.take(), data } as never)
  }
}

/** Builds a column of byte strings of any length. `write` appends a value, or refuses it. */
export class BytesBuilder implements ColumnBuilder {
  readonly type: DataType
  readonly #valid = new Bitmap()
  readonly #offsets = new GrowableArray((length) => new Int32Array(length))
  readonly #bytes = new GrowableArray<Buffer>((length) => Buffer.allocUnsafe(length))
  readonly #write: (value: Json, bytes: GrowableArray<Buffer>) => 'exact' | 'replaced' | 'none'

  constructor(
    type: DataType,
    write: (value: Json, bytes: GrowableArray<Buffer>) => 'exact' | 'replaced' | 'none',
  ) {
    this.type = type
    this.#write = write
    this.#offsets.push(0)
  }

  get bytes(): number {
    return this.#bytes.used + this.#offsets.used * 4
  }

  put(value: Json | undefined): boolean {
    const absent = value === undefined || value === null
    const written = absent ? 'none' : this.#write(value, this.#bytes)
    this.#valid.push(written !== 'none')
    this.#offsets.push(this.#bytes.used)
    return absent || written === 'exact'
  }

  take(): Data {
    const valueOffsets = this.#offsets.take().slice()
    this.#offsets.push(0)
    return makeData({
      type: this.type,
      ...this.#valid.take(),
      valueOffsets,
      data: this.#bytes.take(),
    } as never)
  }
}
