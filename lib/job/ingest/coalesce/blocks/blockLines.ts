import { Reject } from '../../../../core/reject.ts'
import { fingerprint } from '../../../../stream/lines/fingerprint.ts'
import { LineCutter } from '../../../../stream/lines/lineCutter.ts'
import type { IngestOptions } from '../../options.ts'
import type { PackedLines } from '../../thread/work.ts'
import type { AnyLine } from '../anyLine.ts'
import type { SentLines } from '../planSink.ts'

/** Cuts blocks into lines; the empty block at the end gives an unterminated last line. */
export function blockCutter({ maxLineBytes }: IngestOptions): (block: Buffer) => Iterable<AnyLine> {
  const lines = new LineCutter({ maxLineBytes, raw: true })
  return (block) => (block.length === 0 ? lines.rest() : lines.cut(block))
}

/** The lines of a block, for whoever finds their effects: where each lies in the block. */
export class BlockPacking {
  readonly sent: SentLines = { lines: [], ends: [], crcs: [] }
  readonly #block: Buffer<ArrayBuffer>
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #first: Uint8Array<ArrayBuffer> | undefined

  constructor(block: Buffer<ArrayBuffer>) {
    this.#block = block
  }

  add(line: AnyLine): void {
    const { lines, ends, crcs } = this.sent
    lines.push(line.line)
    ends.push(line.end)
    crcs.push(fingerprint(line))
    const bytes = line instanceof Reject || !('bytes' in line) ? undefined : line.bytes
    // A line that begins in the block before is a copy; only the first one can be. A line that is too long is refused, like an empty one.
    const isWithin = bytes?.buffer === this.#block.buffer
    if (bytes !== undefined && !isWithin) this.#first = new Uint8Array(bytes)
    const start = isWithin ? bytes!.byteOffset - this.#block.byteOffset : 0
    this.#starts.push(start)
    this.#ends.push(start + (bytes?.length ?? 0))
  }

  /** The lines; what belongs to them is theirs alone, and can be transferred. */
  get packed(): PackedLines {
    const first = this.#first
    return {
      texts: new Uint8Array(this.#block.buffer),
      isReused: true,
      starts: Uint32Array.from(this.#starts),
      ends: Uint32Array.from(this.#ends),
      ...(first !== undefined && { first }),
    }
  }
}
