import { type Data, DataType } from '../../arrow.ts'
import type { Statistics } from '../../parquetThrift.ts'
import { halvesOf } from '../types.ts'
import type { Leaf, LeafValues } from './leaves.ts'

/** The length of the least and the greatest text that the file gets. */
export const BOUND_BYTES = 64
const MOST_CHARACTER_BYTES = 4
/** A text that begins so high may have no shorter bound above it. */
const HIGHEST = 0xf4

/**
 * The least and the greatest value of a column in a row group, and how many are missing: readers use them to skip row
 * groups. Memory: of a text the beginning, because those of all row groups are held to the end of the file.
 */
export class ColumnStatistics {
  #least: Bound | undefined
  #greatest: Bound | undefined
  #nulls = 0

  /** Columns inside a list have no statistics, and neither does float32. */
  static isFor({ type, repetition }: Pick<Leaf, 'type' | 'repetition'>): boolean {
    return repetition === 0 && !(DataType.isFloat(type) && type.precision === 1)
  }

  add({ data, present, definitions }: LeafValues): void {
    this.#nulls += definitions.length - present.length
    if (present.length === 0) return
    const { less, valueAt } = orderOf(data)
    let [least, greatest] = [present[0]!, present[0]!]
    for (const place of present) {
      if (less(place, least)) least = place
      else if (less(greatest, place)) greatest = place
    }
    const [low, high] = [valueAt(least), valueAt(greatest)]
    if (this.#least === undefined || isLess(low, this.#least)) this.#least = low
    if (this.#greatest === undefined || isLess(this.#greatest, high)) this.#greatest = high
  }

  get(): Statistics {
    const nulls = { null_count: BigInt(this.#nulls) }
    if (this.#least === undefined || this.#greatest === undefined) return nulls
    // The two zeros cannot be told apart, so a bound of zero takes the outer sign.
    return {
      ...nulls,
      min_value: this.#least === 0 ? -0 : this.#least,
      max_value: this.#greatest === 0 ? 0 : this.#greatest,
    }
  }
}

type Bound = Uint8Array | bigint | number | boolean

/** How the values of a column are ordered, by place. */
interface Order {
  less(one: number, other: number): boolean
  /** Returns a copy. */
  valueAt(place: number): Bound
}

function orderOf(data: Data): Order {
  const { type } = data
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return byteOrder(data)
  if (DataType.isBool(type)) {
    const at = (place: number) => ((data.values[place >> 3]! >> (place & 7)) & 1) === 1
    return { less: (one, other) => at(one) < at(other), valueAt: at }
  }
  if (DataType.isFloat(type)) {
    const values = data.values as Float64Array
    return { less: (one, other) => values[one]! < values[other]!, valueAt: (place) => values[place]! }
  }
  return intOrder(data)
}

function byteOrder({ valueOffsets, values }: Data): Order {
  const bytes = values as Uint8Array
  const less = (one: number, other: number) => {
    let [a, b] = [valueOffsets[one]!, valueOffsets[other]!]
    const [endA, endB] = [valueOffsets[one + 1]!, valueOffsets[other + 1]!]
    while (a < endA && b < endB && bytes[a] === bytes[b]) {
      a++
      b++
    }
    return b < endB && (a === endA || bytes[a]! < bytes[b]!)
  }
  const valueAt = (place: number) => {
    const [begin, end] = [valueOffsets[place]!, valueOffsets[place + 1]!]
    const kept = bytes[begin]! >= HIGHEST ? end : Math.min(end, begin + BOUND_BYTES + MOST_CHARACTER_BYTES)
    return bytes.slice(begin, kept)
  }
  return { less, valueAt }
}

function intOrder(data: Data): Order {
  const halves = halvesOf(data)
  const less = (one: number, other: number) => {
    const [high, otherHigh] = [halves[2 * one + 1]!, halves[2 * other + 1]!]
    return high === otherHigh ? halves[2 * one]! >>> 0 < halves[2 * other]! >>> 0 : high < otherHigh
  }
  const valueAt = (place: number) =>
    (BigInt(halves[2 * place + 1]!) << 32n) + BigInt(halves[2 * place]! >>> 0)
  return { less, valueAt }
}

function isLess(one: Bound, other: Bound): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) < 0
  return one < other
}
