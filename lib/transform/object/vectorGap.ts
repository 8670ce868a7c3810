import type { Vector } from '../../core/object.ts'

/** The distance between two vectors. */
export interface VectorGap {
  /** Set if the widths differ: how many numbers each has; for a multi-vector, rows and width. */
  readonly widths?: readonly [left: string, right: string]
  /** The greatest distance between two numbers; absent if the widths differ. */
  readonly largest?: number
  /** The cosine of the angle between them; absent if the widths differ, or one has length zero. */
  readonly cosine?: number
}

/** True if two vectors have the same bits. */
export function isSameVector(left: Vector, right: Vector): boolean {
  if (left instanceof Float32Array)
    return right instanceof Float32Array && left.length === right.length && isSameRow(left, right)
  if (right instanceof Float32Array || left.length !== right.length) return false
  return left.every((row, at) => row.length === right[at]!.length && isSameRow(row, right[at]!))
}

/** Compares numbers first, since most are equal; then the bits that comparing numbers cannot tell apart. */
function isSameRow(left: Float32Array, right: Float32Array): boolean {
  for (let at = 0; at < left.length; at++) {
    if (left[at] !== right[at]) return bytesOf(left).equals(bytesOf(right))
    if (left[at] === 0 && !Object.is(left[at], right[at])) return false
  }
  return true
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** The distance between two vectors with different bits; the rows of a multi-vector count as one vector. */
export function vectorGap(left: Vector, right: Vector): VectorGap {
  const widths = [widthText(left), widthText(right)] as const
  if (widths[0] !== widths[1]) return { widths }
  const [ofLeft, ofRight] = [rowsOf(left), rowsOf(right)]
  let [largest, product, leftSquares, rightSquares] = [0, 0, 0, 0]
  for (const [row, one] of ofLeft.entries()) {
    const other = ofRight[row]!
    for (let at = 0; at < one.length; at++) {
      const [a, b] = [one[at]!, other[at]!]
      const gap = Math.abs(a - b)
      // Keeps NaN, which is at no distance from any number.
      if (gap > largest || Number.isNaN(gap)) largest = gap
      product += a * b
      leftSquares += a * a
      rightSquares += b * b
    }
  }
  const cosine = product / Math.sqrt(leftSquares * rightSquares)
  return { largest, ...(Number.isFinite(cosine) && { cosine: Math.max(-1, Math.min(1, cosine)) }) }
}

function rowsOf(vector: Vector): readonly Float32Array[] {
  return vector instanceof Float32Array ? [vector] : vector
}

function widthText(vector: Vector): string {
  if (vector instanceof Float32Array) return String(vector.length)
  return `${vector.length}×${[...new Set(vector.map((row) => row.length))].join('/')}`
}
