const TIMES = /(?:,"created_ms":\d+)?(?:,"updated_ms":\d+)?\}$/
/** More than both times take. */
const TAIL_BYTES = 80
const CLOSE = '}'.charCodeAt(0)

const scratch = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * All of a line that LineWriter made but the times of its object: the identity that its digest is made of. To make it
 * from the parsed object takes three times as long. Good until the next call.
 */
export function identityIn(line: Buffer): Buffer {
  const from = Math.max(0, line.length - TAIL_BYTES)
  const times = line.toString('latin1', from).search(TIMES)
  const end = times < 0 ? line.length : from + times
  const identity = end < scratch.length ? scratch.subarray(0, end + 1) : Buffer.allocUnsafeSlow(end + 1)
  line.copy(identity, 0, 0, end)
  identity[end] = CLOSE
  return identity
}

/** The keys of a line, in their order. */
const KEYS = ['id', 'tenant', 'properties', 'vector', 'vectors', 'created_ms', 'updated_ms']
const HEAD = '{"id":"'
/** Where the quote behind a UUID stands. */
const BEHIND_ID = HEAD.length + 36
const QUOTE = '"'.charCodeAt(0)
const COMMA = ','.charCodeAt(0)

/**
 * False for a line that LineWriter did not make, as far as can be seen at next to no cost: keys that are unknown or in
 * another order, nulls, spaces at the beginning, anything behind the end. What is deeper (an escape, a number or a nested
 * object that is written otherwise) it does not see. `value` is what the line parses to, an object with properties.
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
