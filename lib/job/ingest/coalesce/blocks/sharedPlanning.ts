import { type Duplex, Writable } from 'node:stream'
import type { Parcel } from '../../../../async/thread/messages.ts'
import { threadStage } from '../../../../async/thread/threadStage.ts'
import type { Threads } from '../../../../async/thread/threads.ts'
import { effectReader } from '../../../../change/effect/effect.ts'
import type { IngestOptions } from '../../options.ts'
import { operationsOptions } from '../../stages.ts'
import { effectsOf } from '../../thread/effectsOf.ts'
import { changeWork } from '../../thread/items.ts'
import type { PackedEffects, PackedLines } from '../../thread/work.ts'
import type { AnyLine } from '../anyLine.ts'
import type { Planner } from '../planner.ts'
import { planEffects, type SentLines } from '../planSink.ts'
import { BlockPacking, blockCutter } from './blockLines.ts'
import type { SeenLines } from './blockPlanning.ts'
import type { BlockPool } from './fileBlocks.ts'

/** How many blocks are with the thread: enough that it need not wait while this one works on a block. */
const AT_THREAD = 3

/** How many lines may wait for a block before them that is still with the thread. */
const MOST_LINES = 64 * 1024

/**
 * The end of a first pass: blocks of a file → a planner. Cuts and digests lines here. Checks them in a thread, to which
 * blocks go and from which they come back; while it has enough to do, or is still starting, here as well. Memory: some
 * blocks, and the ids of 2^16 lines. Errors: those of the thread
 */
export function planBlocksWithThread(
  planner: Planner,
  seen: SeenLines,
  options: IngestOptions,
  pool: BlockPool,
  threads: Threads,
): Writable {
  return new SharedPlanning({ planner, seen, options, pool, threads })
}

interface Shared {
  readonly planner: Planner
  readonly seen: SeenLines
  readonly options: IngestOptions
  readonly pool: BlockPool
  readonly threads: Threads
}

/** The lines of a block, and their effects as soon as they are known. */
interface Waiting {
  readonly sent: SentLines
  effects?: PackedEffects
}

class SharedPlanning extends Writable {
  readonly #shared: Shared
  readonly #cut: (block: Buffer) => Iterable<AnyLine>
  readonly #effectOf: ReturnType<typeof effectReader>
  readonly #thread: Duplex
  /** Blocks that are not planned yet, and those of them that are with the thread, in order. */
  readonly #waiting: Waiting[] = []
  readonly #atThread: Waiting[] = []
  #lines = 0
  #more: (() => void) | undefined

  constructor(shared: Shared) {
    super({ objectMode: true, highWaterMark: 1 })
    const { options, threads } = shared
    this.#shared = shared
    this.#cut = blockCutter(options)
    this.#effectOf = effectReader({ ...operationsOptions(options), strict: options.strict })
    this.#thread = threadStage<PackedLines, PackedEffects>({
      threads,
      work: 'lineEffects',
      data: changeWork(options),
    })
    this.#thread.on('error', (error) => this.destroy(error))
    this.#thread.on('data', (effects: PackedEffects) => this.#takeBack(effects))
  }

  override _write(block: Buffer<ArrayBuffer>, _: BufferEncoding, done: (error?: Error) => void): void {
    try {
      this.#take(block)
    } catch (error) {
      done(error as Error)
      return
    }
    if (this.#lines <= MOST_LINES) done()
    else this.#more = done
  }

  override _final(done: () => void): void {
    this.#thread.once('end', done)
    this.#thread.end()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#thread.closed) {
      done(error)
      return
    }
    this.#thread.once('close', () => done(error))
    this.#thread.destroy()
  }

  #take(block: Buffer<ArrayBuffer>): void {
    const { seen, pool } = this.#shared
    const packing = new BlockPacking(block)
    for (const line of this.#cut(block)) {
      seen.line(line)
      packing.add(line)
    }
    seen.done()
    const { sent, packed } = packing
    const waiting: Waiting = { sent }
    this.#waiting.push(waiting)
    this.#lines += sent.lines.length
    if (this.#atThread.length < AT_THREAD) {
      this.#atThread.push(waiting)
      this.#thread.write(parcelOf(packed))
      return
    }
    waiting.effects = effectsOf(packed, this.#effectOf)
    pool.give(block.buffer)
    this.#plan()
  }

  #takeBack(effects: PackedEffects): void {
    try {
      this.#atThread.shift()!.effects = effects
      if (effects.texts !== undefined) this.#shared.pool.give(effects.texts.buffer)
      this.#plan()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** Plans the blocks whose effects are known, up to one whose are not. */
  #plan(): void {
    for (let [next] = this.#waiting; next?.effects !== undefined; [next] = this.#waiting) {
      this.#waiting.shift()
      this.#lines -= next.sent.lines.length
      planEffects(this.#shared.planner, next.sent, next.effects)
    }
    if (this.#lines > MOST_LINES) return
    const more = this.#more
    this.#more = undefined
    more?.()
  }
}

function parcelOf(value: PackedLines): Parcel<PackedLines> {
  const { texts, starts, ends, first } = value
  const own = [texts.buffer, starts.buffer, ends.buffer]
  return { value, transfer: first === undefined ? own : [...own, first.buffer] }
}
