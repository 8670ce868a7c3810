import { type Data, DataType } from '../../arrow.ts'
import { halvesOf } from '../types.ts'
import type { LeafValues } from './leaves.ts'

const FLOAT_BYTES = 4
const LENGTH_BYTES = 4
/** Shorter values are copied byte by byte: a call takes longer. */
const SHORT_BYTES = 24

/** Float32 as bytes of equal weight side by side: a tenth smaller than as they are, and faster to compress. */
export type ValueEncoding = 'PLAIN' | 'BYTE_STREAM_SPLIT'

export function encodingOf(type: DataType): ValueEncoding {
  return DataType.isFloat(type) && type.precision === 1 ? 'BYTE_STREAM_SPLIT' : 'PLAIN'
}

/**
 * The values that are not missing as a page of data has them: numbers little-endian, as on every machine that Node runs on in
 * practice, texts and bytes behind their length, booleans a bit each.
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings
 */
export function encodedValues({ data, present, width }: LeafValues): Buffer {
  const { type } = data
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return byteArrays(data, present)
  if (DataType.isBool(type)) return bits(data, present)
  if (DataType.isFloat(type) && type.precision === 1) return splitFloats(data, present, width)
  return doubles(data, present)
}

function byteArrays({ valueOffsets, values }: Data, present: Int32Array): Buffer {
  let length = LENGTH_BYTES * present.length
  for (const place of present) length += valueOffsets[place + 1]! - valueOffsets[place]!
  const source = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const bytes = Buffer.allocUnsafe(length)
  let used = 0
  for (const place of present) {
    const [begin, end] = [valueOffsets[place]!, valueOffsets[place + 1]!]
    bytes.writeUInt32LE(end - begin, used)
    used += LENGTH_BYTES
    if (end - begin > SHORT_BYTES) used += source.copy(bytes, used, begin, end)
    else for (let at = begin; at < end; at++) bytes[used++] = source[at]!
  }
  return bytes
}

function bits({ values, offset }: Data, present: Int32Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil(present.length / 8))
  for (let n = 0; n < present.length; n++) {
    const place = offset + present[n]!
    bytes[n >> 3]! |= ((values[place >> 3]! >> (place & 7)) & 1) << (n & 7)
  }
  return bytes
}

/** Numbers of eight bytes, copied as two of four: no bit of them changes. */
function doubles(data: Data, present: Int32Array): Buffer {
  const halves = halvesOf(data)
  const copied = new Int32Array(present.length * 2)
  let used = 0
  for (const place of present) {
    copied[used++] = halves[2 * place]!
    copied[used++] = halves[2 * place + 1]!
  }
  return Buffer.from(copied.buffer)
}

function splitFloats({ values }: Data, present: Int32Array, width: number): Buffer {
  const { buffer, byteOffset, length } = values as Float32Array
  const words = new Uint32Array(buffer, byteOffset, length)
  const count = present.length * width
  const bytes = Buffer.allocUnsafe(count * FLOAT_BYTES)
  const [second, third, fourth] = [count, 2 * count, 3 * count]
  let n = 0
  for (const place of present) {
    for (let at = place * width; at < (place + 1) * width; at++) {
      const word = words[at]!
      bytes[n] = word
      bytes[second + n] = word >>> 8
      bytes[third + n] = word >>> 16
      bytes[fourth + n] = word >>> 24
      n++
    }
  }
  return bytes
}
