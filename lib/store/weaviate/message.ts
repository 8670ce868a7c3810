import type { Reader } from 'protobufjs/minimal.js'

/** Reads the field with this tag into `into`; false where it is not one that is known. */
export type Take<T> = (reader: Reader, tag: number, into: T) => boolean

/** Reads the fields of a protobuf message that ends at `end`; those that `take` does not know are passed over. */
export function fields<T>(reader: Reader, end: number, into: T, take: Take<T>): T {
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!take(reader, tag, into)) reader.skipType(tag & 7)
  }
  return into
}

/** The same for a message that stands in another one, after its length. */
export function message<T>(reader: Reader, into: T, take: Take<T>): T {
  const length = reader.uint32()
  return fields(reader, reader.pos + length, into, take)
}

/** An answer holds an int beyond ±(2^53 - 1), which a number would not keep. */
export class InexactInt extends Error {
  override readonly name = 'InexactInt'
}

/** @throws InexactInt */
export function intOf(reader: Reader): number {
  // A number, or a Long where another part of the program taught protobufjs that type.
  const long = reader.int64() as unknown as number | { toNumber(): number }
  const int = typeof long === 'number' ? long : long.toNumber()
  if (!Number.isSafeInteger(int)) throw new InexactInt(`the int ${int} is beyond 2^53`)
  return int
}
