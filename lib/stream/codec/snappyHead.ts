/** Kinds of elements in a block, in the two lowest bits of their first byte. */
const LITERAL = 0
const COPY_1 = 1
const COPY_2 = 2

/** From this value on, the literal's length is in the bytes after its first. */
const LONG_LITERAL = 60

/**
 * The first `wanted` bytes of a Snappy block, or all if there are fewer; at most `most`, whatever size it claims.
 * This is our own code, because only the levels at the beginning of a page are wanted, and a library returns all or
 * nothing. Throws an Error with the reason if the block is malformed.
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function snappyHead(block: Buffer, wanted: number, most: number): Buffer {
  const [length, start] = varint(block)
  if (length > most) throw new Error(`has a page of ${length} bytes that should have ${most}`)
  const output = Buffer.alloc(Math.min(length, wanted))
  let [at, filled] = [start, 0]
  while (filled < output.length) {
    const element = elementAt(block, at)
    const count = Math.min(element.length, output.length - filled)
    if (element.offset === undefined) {
      if (element.next > block.length) throw malformed()
      block.copy(output, filled, element.from, element.from + count)
    } else {
      if (element.offset === 0 || element.offset > filled) throw malformed()
      // Byte by byte, since a copy may overlap its own output.
      for (let n = 0; n < count; n++) output[filled + n] = output[filled + n - element.offset]!
    }
    filled += count
    at = element.next
  }
  return output
}

interface Element {
  readonly length: number
  /** Where a literal begins in the block. */
  readonly from: number
  /** How far back in the output a copy begins; undefined for a literal. */
  readonly offset: number | undefined
  readonly next: number
}

function elementAt(block: Buffer, at: number): Element {
  const tag = byteAt(block, at)
  const high = tag >> 2
  switch (tag & 3) {
    case LITERAL: {
      const lengthBytes = high < LONG_LITERAL ? 0 : high - LONG_LITERAL + 1
      const length = (lengthBytes === 0 ? high : numberAt(block, at + 1, lengthBytes)) + 1
      const from = at + 1 + lengthBytes
      return { length, from, offset: undefined, next: from + length }
    }
    case COPY_1: {
      const offset = ((tag >> 5) << 8) | byteAt(block, at + 1)
      return { length: (high & 7) + 4, from: 0, offset, next: at + 2 }
    }
    case COPY_2:
      return { length: high + 1, from: 0, offset: numberAt(block, at + 1, 2), next: at + 3 }
    default:
      return { length: high + 1, from: 0, offset: numberAt(block, at + 1, 4), next: at + 5 }
  }
}

/** The length of the output, and where the elements begin. */
function varint(block: Buffer): [value: number, end: number] {
  let value = 0
  for (let [at, factor] = [0, 1]; at < 5; at++, factor *= 128) {
    const byte = byteAt(block, at)
    value += (byte & 127) * factor
    if (byte < 128) return [value, at + 1]
  }
  throw malformed()
}

function numberAt(block: Buffer, at: number, bytes: number): number {
  if (at + bytes > block.length) throw malformed()
  return block.readUIntLE(at, bytes)
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at]
  if (byte === undefined) throw malformed()
  return byte
}

function malformed(): Error {
  return new Error('has a page that Snappy did not compress')
}
