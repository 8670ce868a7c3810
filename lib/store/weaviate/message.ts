import protobuf, { type Reader, type Writer } from 'protobufjs/minimal.js'

export type { Reader, Writer }

export const readerOf = (bytes: Buffer): Reader => protobuf.Reader.create(bytes)
export const newWriter = (): Writer => protobuf.Writer.create()

/** Reads the field with this tag into `into`; false where it is not one that is known. */
export type Take<T> = (reader: Reader, tag: number, into: T) => boolean

/** Reads the message that stands here, after its length, into `into`; fields that `take` does not know are passed over. */
export function message<T>(reader: Reader, into: T, take: Take<T>): T {
  const length = reader.uint32()
  const end = reader.pos + length
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!take(reader, tag, into)) reader.skipType(tag & 7)
  }
  return into
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
