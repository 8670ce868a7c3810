const TIMES = /(?:,"created_ms":\d+)?(?:,"updated_ms":\d+)?\}$/
/** More than both times take. */
const TAIL_BYTES = 80
const CLOSE = '}'.charCodeAt(0)

const scratch = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * A line of LineWriter without the times of its object: the identity that its digest is made from. Making it from the
 * parsed object takes three times as long. Valid until the next call.
 */
export function identityIn(line: Buffer): Buffer {
  return identityUpTo(line, timesAt(line))
}

/** The identity in a line whose times begin at `end`. */
export function identityUpTo(line: Buffer, end: number): Buffer {
  const identity = end < scratch.length ? scratch.subarray(0, end + 1) : Buffer.allocUnsafeSlow(end + 1)
  line.copy(identity, 0, 0, end)
  identity[end] = CLOSE
  return identity
}

/** Where the times of a line begin; its end if there are none; its length if it has no end. */
function timesAt(line: Buffer): number {
  const from = Math.max(0, line.length - TAIL_BYTES)
  const times = line.toString('latin1', from).search(TIMES)
  return times < 0 ? line.length : from + times
}

/** The base64 of a vector in a line, and where the text before it ends and the text after it begins. */
export interface PlacedVector {
  readonly base64: string
  readonly before: number
  readonly behind: number
}

const VECTOR = ',"vector":"'
const OBJECT_END = '}'.charCodeAt(0)

/**
 * The only vector of a line by LineWriter: right after an object, and followed by nothing but times. Nothing is
 * escaped between its quotes, so it is not part of a text; and one brace is left, so it is not part of the
 * properties.
 */
export function vectorIn(line: Buffer): PlacedVector | undefined {
  const behind = timesAt(line)
  if (line[behind - 1] !== QUOTE) return undefined
  const from = line.lastIndexOf(QUOTE, behind - 2) + 1
  const before = from - VECTOR.length
  if (line[before - 1] !== OBJECT_END || line.toString('latin1', before, from) !== VECTOR) return undefined
  const base64 = line.toString('latin1', from, behind - 1)
  return base64.includes('\\') ? undefined : { base64, before, behind }
}

/** The keys of a line, in their order. */
const KEYS = ['id', 'tenant', 'properties', 'vector', 'vectors', 'created_ms', 'updated_ms']
const HEAD = '{"id":"'
/** The position of the quote after a UUID. */
const BEHIND_ID = HEAD.length + 36
const QUOTE = '"'.charCodeAt(0)
const COMMA = ','.charCodeAt(0)

/**
 * False for a line that LineWriter did not make, as far as a nearly free check can tell: keys that are unknown or in
 * another order, nulls, leading spaces, anything after the end. It does not see deeper differences (an escape, a
 * number or a nested object in another spelling). `value` is the parsed line, an object with properties.
 */
export function looksCanonical(line: Buffer, value: Readonly<Record<string, unknown>>): boolean {
  if (line[line.length - 1] !== CLOSE || line[BEHIND_ID] !== QUOTE) return false
  if (line[BEHIND_ID + 1] !== COMMA || line[BEHIND_ID + 2] !== QUOTE) return false
  let at = 0
  for (const key in value) {
    at = KEYS.indexOf(key, at) + 1
    if (at === 0) return false
  }
  const properties = value.properties as Readonly<Record<string, unknown>>
  let last = ''
  for (const key in properties) {
    if (key <= last || properties[key] === null) return false
    last = key
  }
  return true
}
