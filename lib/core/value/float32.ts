/**
 * How many numbers share a buffer. A separate buffer for each vector would be a large part of the garbage of a scan.
 */
const PIECE_LENGTH = 16 * 1024

let piece = new Float32Array(PIECE_LENGTH)
let bytes = bytesOf(piece)
let used = 0

/**
 * A vector of `length` numbers whose bytes `fill` writes into a buffer at an offset: little-endian, as on
 * every machine that Node runs on in practice. It shares its buffer of 64 KiB with others.
 */
export function filledVector(length: number, fill: (bytes: Buffer, at: number) => void): Float32Array {
  if (used + length > PIECE_LENGTH) {
    piece = new Float32Array(Math.max(PIECE_LENGTH, length))
    bytes = bytesOf(piece)
    used = 0
  }
  fill(bytes, used * Float32Array.BYTES_PER_ELEMENT)
  const vector = piece.subarray(used, used + length)
  used += length
  return vector
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

const SMALLEST_NORMAL = 2 ** -126

/** The number with the fewest decimal digits that rounds to this float32, as a server prints it. */
export function shortestDecimal(float: number): number {
  // A decimal of up to six digits survives as a float32, so six find it; next to zero fewer digits survive.
  for (let digits = Math.abs(float) < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const decimal = Number(float.toPrecision(digits))
    if (Math.fround(decimal) === float) return decimal
  }
  return Number(float.toPrecision(9))
}
