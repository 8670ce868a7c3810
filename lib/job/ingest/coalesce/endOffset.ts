const CODES = 16
const LOW = 2 ** 32

/** A row holds an offset in two of its numbers: the low 32 bits in one, the rest in another, above a code below 16. */
export function lowPart(offset: number): number {
  return offset % LOW
}

export function withHighPart(code: number, offset: number): number {
  return code + CODES * Math.floor(offset / LOW)
}

export function codeOf(number: number): number {
  return number % CODES
}

export function offsetOf(number: number, low: number): number {
  return Math.floor(number / CODES) * LOW + low
}
