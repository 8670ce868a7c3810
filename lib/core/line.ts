/**
 * Where a record stands in its input: `line` is the physical line number, from 1; `end` is the offset of the
 * first byte after the line and its terminator, in the decompressed input.
 */
export interface Position {
  readonly line: number
  readonly end: number
}

/** A line by its number; `input` says in which input, counted from 0, where that is not the one at hand. */
export interface LineOf {
  readonly line: number
  readonly input?: number
}

/** A line as bytes, without its terminator, not looked at yet. They are part of a chunk of the input. */
export interface RawLine extends Position {
  readonly bytes: Buffer
}

/** A line as it was read, without its terminator (and, on line 1, without a byte order mark). */
export interface Line extends Position {
  readonly text: string
}
