import { statSync } from 'node:fs'
import { type Duplex, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MemoryLimit } from '../../../../async/memoryLimit.ts'
import type { Threads } from '../../../../async/thread/threads.ts'
import { waitForMemory } from '../../../../stream/waitForMemory.ts'
import { type Input, openInput } from '../../input.ts'
import type { IngestOptions } from '../../options.ts'
import type { Planner } from '../planner.ts'
import { planSink, threadedPlanning } from '../planSink.ts'
import { planBlocks, type SeenLines } from './blockPlanning.ts'
import { BlockPool, fileBlocks } from './fileBlocks.ts'
import { planBlocksWithThread } from './sharedPlanning.ts'

/** Where the lines of an input go in a first pass, and how they are read. */
export interface PlanReadingOptions {
  readonly planner: Planner
  readonly seen: SeenLines
  readonly options: IngestOptions
  readonly signal: AbortSignal
  /** Where lines are checked; undefined for this thread. */
  readonly threads: Threads | undefined
  readonly memory: MemoryLimit | undefined
}

/** The stages that read an input into a planner. */
export interface PlanReading {
  readonly input: readonly [Readable, ...Duplex[]]
  readonly planning: readonly (Duplex | Writable)[]
  /** True if the input is not compressed, as far as is known. */
  isPlain(): boolean
}

/** Whether an input could be read to its end, and is not compressed. */
export interface WholeReading {
  readonly isWhole: boolean
  readonly isPlain: boolean
}

/** Opens an input to be planned: a file of plain lines in blocks, which are used again; any other as it is ingested. */
export async function planReading(input: Input, asked: PlanReadingOptions): Promise<PlanReading> {
  const { options, signal, memory } = asked
  const gate = waitForMemory(memory && { pass: memory.trim })
  const path = await plainFile(input, options, signal)
  if (path === undefined) {
    const { stages, isPlain } = openInput(input, { ...options, raw: true }, signal)
    return { input: stages, planning: [...gate, ...linePlanning(asked)], isPlain }
  }
  const pool = new BlockPool()
  return {
    input: [fileBlocks(path, pool)],
    planning: [...gate, blockPlanning(asked, pool)],
    isPlain: () => true,
  }
}

/**
 * Reads an input to its end. Whether that succeeded is in the result: a fault of the input shows again when it is
 * written.
 * @throws any error that is not a fault of the input
 */
export async function readWhole(
  { input, planning, isPlain }: PlanReading,
  signal: AbortSignal,
): Promise<WholeReading> {
  // The first stage that fails is at fault: the others end with its error.
  let fault: 'input' | 'plan' | undefined
  const note = (of: 'input' | 'plan') => () => {
    fault ??= of
  }
  for (const stage of input) stage.once('error', note('input'))
  for (const stage of planning) stage.once('error', note('plan'))
  try {
    await pipeline([...input, ...planning], { signal })
    return { isWhole: true, isPlain: isPlain() }
  } catch (error) {
    if (fault !== 'plan' || signal.aborted) return { isWhole: false, isPlain: isPlain() }
    throw error
  }
}

function linePlanning({ planner, seen, options, threads }: PlanReadingOptions): (Duplex | Writable)[] {
  const isRaw = threads !== undefined && !options.fromRejects
  return isRaw
    ? threadedPlanning(planner, seen.line, options, threads)
    : [planSink(planner, seen.line, options)]
}

function blockPlanning({ planner, seen, options, threads }: PlanReadingOptions, pool: BlockPool): Writable {
  return threads === undefined
    ? planBlocks(planner, seen, options, pool)
    : planBlocksWithThread(planner, seen, options, pool, threads)
}

/** The path of an input's file, if its beginning is that of plain change records; undefined for any other input. */
async function plainFile(
  input: Input,
  options: IngestOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { seekable, file, name, linesBefore = 0 } = input
  const path = file ?? name
  if (seekable !== true || typeof path !== 'string' || linesBefore > 0 || options.fromRejects)
    return undefined
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const { stages, isPlain } = openInput(input, { ...options, raw: true }, signal)
  let isBegun = false
  const first = new Writable({
    objectMode: true,
    write(_line, _encoding, done) {
      isBegun = true
      done(new Error('enough'))
    },
  })
  await pipeline([...stages, first], { signal }).catch(() => {})
  return isBegun && isPlain() ? path : undefined
}
