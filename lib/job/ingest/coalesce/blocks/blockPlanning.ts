import { Writable } from 'node:stream'
import { effectReader } from '../../../../change/effect/effect.ts'
import { fingerprint } from '../../../../stream/lines/fingerprint.ts'
import type { IngestOptions } from '../../options.ts'
import { operationsOptions } from '../../stages.ts'
import type { AnyLine } from '../anyLine.ts'
import type { Planner } from '../planner.ts'
import { blockCutter } from './blockLines.ts'
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
  const cut = blockCutter(options)
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
