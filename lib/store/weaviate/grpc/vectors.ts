import type { Vector } from '../../../core/object.ts'
import { filledVector } from '../../../core/value/float32.ts'

/** The vector's own bytes, not a copy: float32, little-endian, as on every machine that runs Node in practice. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** uint16 little-endian: the width; then each row. @see weaviate usecases/byteops Fp32SliceOfSlicesFromBytes */
export function rowsBytes(rows: readonly Float32Array[]): Uint8Array {
  const width = rows[0]?.length ?? 0
  const bytes = new Uint8Array(2 + rows.length * width * 4)
  new DataView(bytes.buffer).setUint16(0, width, true)
  rows.forEach((row, index) => {
    bytes.set(vectorBytes(row), 2 + index * width * 4)
  })
  return bytes
}

/** The vector in such bytes, bit for bit; a copy, in a shared buffer. @see filledVector */
export function vectorOf(bytes: Uint8Array): Float32Array {
  return vectorIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength)
}

/** The vector in the bytes of `buffer` from `start` up to `end`. @throws RangeError if a number is cut short */
export function vectorIn(buffer: Buffer, start: number, end: number): Float32Array {
  if ((end - start) % 4 !== 0) throw new RangeError(`a vector of ${end - start} bytes holds no whole numbers`)
  const length = (end - start) >> 2
  return filledVector(length, (bytes, at) => buffer.copy(bytes, at, start, start + length * 4))
}

/** The rows of a multi-vector, bit for bit. @throws RangeError if the width is 0, or a row is cut short */
export function rowsOf(bytes: Uint8Array): Float32Array[] {
  if (bytes.length === 0) return []
  const width = bytes[0]! + (bytes[1] ?? 0) * 256
  const left = bytes.length - 2
  if (left < 0 || (left > 0 && (width === 0 || left % (width * 4) !== 0))) {
    throw new RangeError(`a multi-vector of ${bytes.length} bytes cannot have rows of ${width} numbers`)
  }
  const rows: Float32Array[] = []
  for (let at = 2; at < bytes.length; at += width * 4) rows.push(vectorOf(bytes.subarray(at, at + width * 4)))
  return rows
}

/** True if all rows have the same width, and it fits into a uint16. */
export function isRectangular(rows: readonly Float32Array[]): boolean {
  const width = rows[0]?.length ?? 0
  return width > 0 && width <= 0xffff && rows.every((row) => row.length === width)
}

/** True for a multi-vector. */
export function isRows(vector: Vector): vector is readonly Float32Array[] {
  return Array.isArray(vector)
}
