import protobuf, { type Reader } from 'protobufjs/minimal.js'
import { isLarge } from '../../../core/exactJson.ts'

export type { Reader }

/** A reader of the fields in these bytes. What it reads as bytes shares their memory. */
export const readerOf = (bytes: Buffer): Reader => protobuf.Reader.create(bytes)

/** Reads the field with this tag into `into`; returns false for an unknown field. */
export type ReadField<T> = (reader: Reader, tag: number, into: T) => boolean

/**
 * Reads the length-prefixed message at the current position into `into`; skips fields that `take` does not know.
 * @throws RangeError if it does not end where it should
 */
export function readMessage<T>(reader: Reader, into: T, take: ReadField<T>): T {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError(`a message of ${length} bytes is cut short`)
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!take(reader, tag, into)) reader.skipType(tag & 7)
  }
  if (reader.pos !== end) throw new RangeError('a field reaches beyond its message')
  return into
}

/** The bytes of an answer are not a valid message of the expected type. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply'
}

/** Turns any error of a reader about malformed bytes into a MalformedReply. */
export function malformedReply(thrown: unknown): unknown {
  if (thrown instanceof InexactInt || thrown instanceof MalformedReply) return thrown
  return new MalformedReply(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

/** How deep objects in an answer may be nested. */
const MAX_DEPTH = 200
let depth = 0

/** Begins an object that is not nested in another. */
export function beginObject(): void {
  depth = 0
}

/** Reads something that is one level deeper. @throws RangeError */
export function readNested<T>(read: () => T): T {
  depth += 1
  if (depth > MAX_DEPTH) throw new RangeError(`objects are nested more than ${MAX_DEPTH} deep`)
  const done = read()
  depth -= 1
  return done
}

/** An answer contains the least or greatest 64-bit int, which stands for every int beyond. */
export class InexactInt extends Error {
  override readonly name = 'InexactInt'
}

/** Reads an int that is never large, such as a count. */
export function intOf(reader: Reader): number {
  // A number, or a Long if another part of the program added that type to protobufjs.
  const long = reader.int64() as unknown as number | { toNumber(): number }
  return typeof long === 'number' ? long : long.toNumber()
}

/** Reads an exact int: a bigint beyond ±(2^53 - 1). @throws InexactInt */
export function wholeIntOf(reader: Reader): number | bigint {
  const from = reader.pos
  const double = intOf(reader)
  if (!isLarge(double)) return double
  let bits = 0n
  for (let at = reader.pos - 1; at >= from; at--) bits = (bits << 7n) | BigInt(reader.buf[at]! & 0x7f)
  return within(BigInt.asIntN(64, bits))
}

/** A whole number from an int of eight bytes. @throws InexactInt */
export function wholeInt64(view: DataView, at: number): number | bigint {
  const int = view.getBigInt64(at, true)
  const double = Number(int)
  return isLarge(double) ? within(int) : double
}

const LEAST = -(2n ** 63n)

/** A server stores ints as doubles: it turns those beyond 64 bits into the least or greatest one. */
function within(int: bigint): bigint {
  if (int === LEAST || int === ~LEAST) throw new InexactInt(`the int ${int} may be another`)
  return int
}
