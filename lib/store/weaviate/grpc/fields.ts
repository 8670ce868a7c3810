import type { Writer } from './writer.ts'

/** The wire type of a field, written beside its number. */
const [VARINT, FIXED64, BYTES] = [0, 1, 2]

/** Writes a text field. */
export function writeText(writer: Writer, field: number, value: string): void {
  writer.uint32((field << 3) | BYTES).string(value)
}

/** Writes a repeated text field: one field for each value. */
export function writeTexts(writer: Writer, field: number, values: readonly string[]): void {
  for (const value of values) writeText(writer, field, value)
}

/** Writes a field of bytes. */
export function writeBytes(writer: Writer, field: number, value: Uint8Array): void {
  writer.uint32((field << 3) | BYTES).bytes(value)
}

/** Writes a field of an unsigned 32-bit integer, or of an enum. */
export function writeNumber(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | VARINT).uint32(value)
}

/** Writes a field of a 64-bit float. */
export function writeDouble(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | FIXED64).double(value)
}

/** Writes a boolean field. */
export function writeBool(writer: Writer, field: number, value: boolean): void {
  writer.uint32((field << 3) | VARINT).bool(value)
}

/** A boolean field, left out if it is false. */
export function writeFlag(writer: Writer, field: number, value: boolean): void {
  if (value) writeBool(writer, field, true)
}

/** Writes a field that is a message; `write` writes the fields of the message to the same writer. */
export function writeMessage(writer: Writer, field: number, write: () => void): void {
  writer.uint32((field << 3) | BYTES).fork()
  write()
  writer.ldelim()
}
