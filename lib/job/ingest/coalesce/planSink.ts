import { type Duplex, Writable } from 'node:stream'
import type { Parcel } from '../../../async/thread/messages.ts'
import { threadStage } from '../../../async/thread/threadStage.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import { effectReader } from '../../../change/effect/effect.ts'
import { Reject } from '../../../core/reject.ts'
import { batch } from '../../../stream/batch.ts'
import { fingerprint } from '../../../stream/lines/fingerprint.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import { changeWork } from '../thread/items.ts'
import { KINDS, type PackedEffects, type PackedLines } from '../thread/work.ts'
import type { AnyLine } from './anyLine.ts'
import { sizeOf } from './digestMap.ts'
import type { Planner } from './planner.ts'

const MIB = 1024 * 1024
const LINES_AT_ONCE = 4096

/** The end of a first pass: lines → a planner. Calls `seen` with each line. Memory: a line. */
export function planSink(planner: Planner, seen: (line: AnyLine) => void, options: IngestOptions): Writable {
  const effectOf = effectReader({ ...operationsOptions(options), strict: options.strict })
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(line: AnyLine, _, done) {
      try {
        seen(line)
        planner.add(line.line, effectOf(line), fingerprint(line), line.end)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

/** What this thread keeps of lines that another one works on. */
export interface SentLines {
  readonly lines: number[]
  readonly ends: number[]
  readonly crcs: number[]
}

/** The end of a first pass that checks lines in a thread, and digests them here. Memory: some MiB of lines on each side. */
export function threadedPlanning(
  planner: Planner,
  seen: (line: AnyLine) => void,
  options: IngestOptions,
  threads: Threads,
): (Duplex | Writable)[] {
  const sent: SentLines[] = []
  return [
    batch<AnyLine>({ count: LINES_AT_ONCE, bytes: MIB, weigh: sizeOf }),
    mapChunks((lines: AnyLine[]) => {
      lines.forEach(seen)
      sent.push({
        lines: lines.map(({ line }) => line),
        ends: lines.map(({ end }) => end),
        crcs: lines.map(fingerprint),
      })
      return packLines(lines)
    }),
    threadStage<PackedLines, PackedEffects>({ threads, work: 'lineEffects', data: changeWork(options) }),
    new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(effects: PackedEffects, _, done) {
        try {
          planEffects(planner, sent.shift()!, effects)
          done()
        } catch (error) {
          done(error as Error)
        }
      },
    }),
  ]
}

/** A line that is too long is not sent: it is refused, like an empty one. */
function packLines(lines: readonly AnyLine[]): Parcel<PackedLines> {
  const own = lines.map((line) => (line instanceof Reject || !('bytes' in line) ? undefined : line.bytes))
  const texts = new Uint8Array(own.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0))
  const starts = new Uint32Array(lines.length)
  const ends = new Uint32Array(lines.length)
  let at = 0
  for (const [index, bytes] of own.entries()) {
    if (bytes !== undefined) texts.set(bytes, at)
    starts[index] = at
    at += bytes?.length ?? 0
    ends[index] = at
  }
  const value = { texts, starts, ends, isReused: false }
  return { value, transfer: [texts.buffer, starts.buffer, ends.buffer] }
}

/** Plans lines whose effects a thread has found. */
export function planEffects(
  planner: Planner,
  { lines, ends, crcs }: SentLines,
  { kinds, ids }: PackedEffects,
): void {
  let at = 0
  for (const [index, code] of kinds.entries()) {
    const kind = KINDS[code % KINDS.length]!
    const count = kind === 'none' ? 0 : code >= KINDS.length ? 2 : 1
    planner.add(lines[index]!, { kind, ids: ids.slice(at, at + count) }, crcs[index]!, ends[index]!)
    at += count
  }
}
