import { type Duplex, Writable } from 'node:stream'
import type { Parcel } from '../../../../async/thread/messages.ts'
import { threadStage } from '../../../../async/thread/threadStage.ts'
import type { Threads } from '../../../../async/thread/threads.ts'
import { effectReader } from '../../../../change/effect/effect.ts'
import { Reject } from '../../../../core/reject.ts'
import { fingerprint } from '../../../../stream/lines/fingerprint.ts'
import { LineCutter } from '../../../../stream/lines/lineCutter.ts'
import { mapChunks } from '../../../../stream/mapChunks.ts'
import type { IngestOptions } from '../../options.ts'
import { operationsOptions } from '../../stages.ts'
import { changeWork } from '../../thread/items.ts'
import type { PackedEffects, PackedLines } from '../../thread/work.ts'
import type { AnyLine } from '../anyLine.ts'
import type { Planner } from '../planner.ts'
import { planEffects, type SentLines } from '../planSink.ts'
import type { BlockPool } from './fileBlocks.ts'

/** Where lines go besides the planner; `done` is called when nothing of a block is in use here any more. */
export interface SeenLines {
  line(line: AnyLine): void
  done(): void
}

/** The end of a first pass: blocks of a file → a planner, in this thread. Memory: a line. */
export function planBlocks(
  planner: Planner,
  seen: SeenLines,
  options: IngestOptions,
  pool: BlockPool,
): Writable {
  const effectOf = effectReader({ ...operationsOptions(options), strict: options.strict })
  const cut = cutter(options)
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(block: Buffer<ArrayBuffer>, _, done) {
      try {
        for (const line of cut(block)) {
          seen.line(line)
          planner.add(line.line, effectOf(line), fingerprint(line), line.end)
        }
        seen.done()
        pool.give(block.buffer)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

/**
 * The end of a first pass: blocks of a file → a planner. Cuts and digests lines here, and checks them in a thread, to
 * which the blocks go and from which they come back. Memory: some blocks, and a line.
 */
export function planBlocksInThread(
  planner: Planner,
  seen: SeenLines,
  options: IngestOptions,
  pool: BlockPool,
  threads: Threads,
): (Duplex | Writable)[] {
  const sent: SentLines[] = []
  const cut = cutter(options)
  return [
    mapChunks((block: Buffer<ArrayBuffer>) => {
      const packing = new BlockPacking(block)
      for (const line of cut(block)) {
        seen.line(line)
        packing.add(line)
      }
      seen.done()
      sent.push(packing.sent)
      return packing.parcel()
    }),
    threadStage<PackedLines, PackedEffects>({ threads, work: 'lineEffects', data: changeWork(options) }),
    new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(effects: PackedEffects, _, done) {
        try {
          planEffects(planner, sent.shift()!, effects)
          if (effects.texts !== undefined) pool.give(effects.texts.buffer)
          done()
        } catch (error) {
          done(error as Error)
        }
      },
    }),
  ]
}

/** Cuts blocks into lines; the empty block at the end gives an unterminated last line. */
function cutter({ maxLineBytes }: IngestOptions): (block: Buffer) => Iterable<AnyLine> {
  const lines = new LineCutter({ maxLineBytes, raw: true })
  return (block) => (block.length === 0 ? lines.rest() : lines.cut(block))
}

/** The lines of a block on their way to a thread: where each lies in the block. */
class BlockPacking {
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

  parcel(): Parcel<PackedLines> {
    const { buffer } = this.#block
    const [starts, ends] = [Uint32Array.from(this.#starts), Uint32Array.from(this.#ends)]
    const first = this.#first
    return {
      value: {
        texts: new Uint8Array(buffer),
        isReused: true,
        starts,
        ends,
        ...(first !== undefined && { first }),
      },
      transfer: [buffer, starts.buffer, ends.buffer, ...(first === undefined ? [] : [first.buffer])],
    }
  }
}
