import type { Line, RawLine } from '../../core/line.ts'
import { noteGarbage } from '../../core/memory/limits.ts'
import type { Reject } from '../../core/reject.ts'
import type { Stage } from '../../core/stage.ts'
import { FlatMapTransform } from '../flatMap.ts'
import { LineCutter, type LineCutterOptions } from './lineCutter.ts'

/** A line, its text, its values and what is made of them: each is soon garbage. */
const COPIES = 4

/** How lines are bounded, numbered and emitted, and when reading stops. */
export interface SplitLinesOptions extends LineCutterOptions {
  /** Once aborted, an unterminated last line is not emitted: the end of the input cut it. */
  readonly stop?: AbortSignal
}

/**
 * Bytes → `Line`, or `Reject` (`invalid_utf8`, `line_too_long`), one a chunk, in order.
 *
 * Accepts LF and CRLF, a byte order mark before line 1, a missing last terminator, and characters cut anywhere by the
 * chunks. Lines of only white space are counted, but not emitted. Bytes that are not UTF-8 are never repaired.
 * Memory: one input chunk, `readableHighWaterMark` lines, and one unfinished line of up to `maxLineBytes`; for a
 * longer one only the running digest.
 *
 * One line on the readable side: more were no faster, and a line may be large.
 *
 * Not `split2`: it decodes with replacement characters, has no byte offsets, and silently drops over-long lines.
 */
export function splitLines(
  options: SplitLinesOptions & { readonly raw: boolean },
): Stage<Buffer, Line | RawLine | Reject> & LineSplitter
export function splitLines(options?: SplitLinesOptions): Stage<Buffer, Line | Reject> & LineSplitter
export function splitLines(options: SplitLinesOptions = {}): LineSplitter {
  return new LineSplitter(options)
}

/** The stage that `splitLines` makes, with its counts so far. */
export class LineSplitter extends FlatMapTransform<Buffer, Line | RawLine | Reject> {
  readonly #cutter: LineCutter
  readonly #stop: AbortSignal | undefined

  constructor({ stop, ...options }: SplitLinesOptions) {
    super({ readableObjectMode: true, readableHighWaterMark: 1 })
    this.#cutter = new LineCutter(options)
    this.#stop = stop
  }

  /**
   * Physical lines so far, including earlier and blank ones, and an unterminated last line once the input has ended.
   */
  get lines(): number {
    return this.#cutter.lines
  }

  /** The number of the last emitted line, 0 before the first. */
  get lastRecord(): number {
    return this.#cutter.lastRecord
  }

  /** The number of an unfinished line; undefined if that is only white space. */
  get openLine(): number | undefined {
    return this.#cutter.openLine
  }

  /** The bytes of all complete lines so far, with their terminators. */
  get linesEnd(): number {
    return this.#cutter.linesEnd
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#cutter.bytes
  }

  protected override expand(chunk: Buffer): Iterator<Line | RawLine | Reject> {
    noteGarbage(COPIES * chunk.length)
    return this.#cutter.cut(chunk)
  }

  protected override rest(): Iterator<Line | RawLine | Reject> {
    return this.#cutter.rest(this.#stop?.aborted === true)
  }
}
