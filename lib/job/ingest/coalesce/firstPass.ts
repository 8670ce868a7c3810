import { createHash } from 'node:crypto'
import type { MemoryLimit } from '../../../async/memoryLimit.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import type { PlanMark } from '../../../run/checkpoint.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import type { AnyLine } from './anyLine.ts'
import { planReading, readWhole } from './blocks/planReading.ts'
import { DigestMap } from './digestMap.ts'
import type { Plan } from './plan.ts'
import { Planner } from './planner.ts'
import { type FileStamp, stampOf } from './seek/fileStamp.ts'

/** The result of a first pass. */
export interface FirstPass {
  readonly plan: Pick<Plan, 'records' | 'superseded' | 'decisions' | 'close'>
  /** One for each input that was read. */
  readonly digests: readonly DigestMap[]
  /** For each of these, that of its file, if the records of it can be read by their offsets. */
  readonly stamps: readonly (FileStamp | undefined)[]
  readonly mark: PlanMark
  /** False if the inputs do not begin with what an earlier pass read. */
  readonly continues: boolean
}

/** How inputs are read before anything is written. */
export interface FirstPassOptions {
  readonly signal: AbortSignal
  /** How far the pass of an interrupted run reached. */
  readonly earlier?: PlanMark | undefined
  /** Where lines are checked; undefined for this thread. */
  readonly threads?: Threads | undefined
  readonly memory?: MemoryLimit | undefined
  /** True to plan only inputs that can be read to their end. */
  readonly whole?: boolean
}

/**
 * Reads all inputs once, writes nothing, and finds the records that decide how each path ends. A fault of an input ends
 * the pass there: what follows is not planned, and the next reader meets the fault itself. What comes before the fault
 * is planned unless only whole inputs are wanted. Memory: that of the planner, and of the stages; with a thread a few
 * MiB on each side.
 */
export async function firstPass(
  inputs: readonly Input[],
  options: IngestOptions,
  { signal, earlier, threads, memory, whole = false }: FirstPassOptions,
): Promise<FirstPass> {
  const planner = new Planner()
  const digests: DigestMap[] = []
  const stamps: (FileStamp | undefined)[] = []
  let continues = earlier === undefined
  const meets = (line: number) => {
    if (line === earlier?.line && digests.length === earlier.inputs)
      continues = markOf(digests).digest === earlier.digest
  }
  try {
    for (const input of inputs) {
      planner.beginInput()
      const digest = new DigestMap()
      digests.push(digest)
      meets(0)
      const note = (item: AnyLine) => {
        digest.add(item)
        meets(item.line)
      }
      const stamp = options.fromRejects ? undefined : stampOf(input)
      const seen = { line: note, done: () => digest.flush() }
      const reading = await planReading(input, { planner, seen, options, signal, threads, memory })
      const { isWhole, isPlain } = await readWhole(reading, signal)
      stamps.push(isWhole && isPlain ? stamp : undefined)
      signal.throwIfAborted()
      if (isWhole) continue
      if (whole) {
        planner.dropInput()
        digests.pop()
        stamps.pop()
      }
      break
    }
    return { plan: await planner.decide(), digests, stamps, mark: markOf(digests), continues }
  } catch (error) {
    planner.close()
    throw error
  }
}

/** The part of a first pass over several files that concerns one of them, for a run that takes only that one. */
export function passOf(
  { plan, digests, stamps, mark }: FirstPass,
  index: number,
  paths: readonly string[],
): FirstPass {
  const { records, superseded } = plan
  return {
    plan: { records, superseded, decisions: () => plan.decisions(index, paths), close: () => {} },
    digests: digests.slice(index, index + 1),
    stamps: stamps.slice(index, index + 1),
    mark,
    continues: true,
  }
}

function markOf(digests: readonly DigestMap[]): PlanMark {
  const ends = digests.map(({ end }) => end)
  const digest = createHash('sha256').update(JSON.stringify(ends.map(({ line, digest }) => [line, digest])))
  return { inputs: ends.length, line: ends.at(-1)?.line ?? 0, digest: digest.digest('hex') }
}
