/**
 * The position of a record in its input: `line` is the physical line number, from 1; `end` is the offset of the first
 * byte after the line and its terminator, in the decompressed input.
 */
export interface Position {
  readonly line: number
  readonly end: number
}

/**
 * A line by its number; if it is not in the current input, `input` is the number of its input, from 0, or `path` that
 * of its file, which another run takes.
 */
export interface LineOf {
  readonly line: number
  readonly input?: number
  readonly path?: string
}

/** A line as undecoded bytes, without its terminator. They are part of a chunk of the input. */
export interface RawLine extends Position {
  readonly bytes: Buffer
}

/** A line as it was read, without its terminator (and, on line 1, without a byte order mark). */
export interface Line extends Position {
  readonly text: string
}
