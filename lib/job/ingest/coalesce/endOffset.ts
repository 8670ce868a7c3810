const CODES = 16
const LOW = 2 ** 32

/**
 * The low 32 bits of an offset. A row holds them in one of its numbers, and the rest in another, above a code below 16.
 */
export function lowPart(offset: number): number {
  return offset % LOW
}

/** The number that holds a code and the rest of an offset; exact up to 2^53. */
export function withHighPart(code: number, offset: number): number {
  return code + CODES * Math.floor(offset / LOW)
}

/** The code in such a number. */
export function codeOf(number: number): number {
  return number % CODES
}

/** The offset in such a number and the low part. */
export function offsetOf(number: number, low: number): number {
  return Math.floor(number / CODES) * LOW + low
}
