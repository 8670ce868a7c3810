import type { Writer } from './writer.ts'

/** The wire type of a field, written beside its number. */
const [VARINT, FIXED64, BYTES] = [0, 1, 2]

/** Writes a text field. */
export function writeText(writer: Writer, field: number, value: string): void {
  writer.uint32((field << 3) | BYTES).string(value)
}

export function writeTexts(writer: Writer, field: number, values: readonly string[]): void {
  for (const value of values) writeText(writer, field, value)
}

export function writeBytes(writer: Writer, field: number, value: Uint8Array): void {
  writer.uint32((field << 3) | BYTES).bytes(value)
}

export function writeNumber(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | VARINT).uint32(value)
}

export function writeDouble(writer: Writer, field: number, value: number): void {
  writer.uint32((field << 3) | FIXED64).double(value)
}

export function writeBool(writer: Writer, field: number, value: boolean): void {
  writer.uint32((field << 3) | VARINT).bool(value)
}

/** A boolean field, left out if it is false. */
export function writeFlag(writer: Writer, field: number, value: boolean): void {
  if (value) writeBool(writer, field, true)
}

export function writeMessage(writer: Writer, field: number, write: () => void): void {
  writer.uint32((field << 3) | BYTES).fork()
  write()
  writer.ldelim()
}
