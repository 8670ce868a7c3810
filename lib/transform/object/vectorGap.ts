import type { Vector } from '../../core/object.ts'

/** How far two vectors are apart. */
export interface VectorGap {
  /** Where it differs: how many numbers each has, of a multi-vector how many rows of how many. */
  readonly widths?: readonly [left: string, right: string]
  /** The greatest distance of two numbers; absent where the widths differ. */
  readonly largest?: number
  /** The cosine of the angle between them; absent where the widths differ, or one has no length. */
  readonly cosine?: number
}

/** True where two vectors have the same bits. */
export function isSameVector(left: Vector, right: Vector): boolean {
  if (left instanceof Float32Array)
    return right instanceof Float32Array && left.length === right.length && isSameRow(left, right)
  if (right instanceof Float32Array || left.length !== right.length) return false
  return left.every((row, at) => row.length === right[at]!.length && isSameRow(row, right[at]!))
}

/** Numbers first, since most are equal; then the bits of what no comparison of numbers tells apart. */
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

/** How far two vectors are apart that do not have the same bits; a multi-vector counts as its rows in one. */
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
      // NaN stays: it is no number of any distance.
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
