import { Writable } from 'node:stream'
import type { Encoding } from '../../../archive/manifest.ts'
import type { LeftOutCounts } from '../../../archive/object/filterPages.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import { errorOf } from '../../../async/thread/fault.ts'
import { threadSource } from '../../../async/thread/threadStage.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import type { ElysiaError } from '../../../core/errors.ts'
import type { Sink, Source } from '../../../core/stage.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import type { StartedBackup, StorageJob } from '../run.ts'
import type { InvalidVectors } from '../scan/invalidVectors.ts'
import type { NextPartNumbers } from '../scan/partFiles.ts'
import type { RangeMessage, RangeWork } from './work.ts'

/** Threads that scan ranges into parts. */
export interface ScanThreads {
  readonly count: number
  /** The news of a range, in order; ends once the range has its parts. Records the number of its last part. */
  range(gap: IdGap, numbers: NextPartNumbers): Source<RangeMessage>
  close(): Promise<void>
}

/** With fewer objects the threads take longer to start than they save. */
const LEAST_OBJECTS = 50_000

/**
 * The threads of a backup; undefined if this one scans: with `--threads 0`, for few objects, and for work that only
 * this thread can do. A thread reads a local file store through its own connection, and writes into a local directory.
 * Selections, transforms and increments stay in this thread.
 */
export async function scanThreads(
  job: StorageJob,
  { plan, partsDone: there, indexDone: thereIndex }: StartedBackup,
  invalid: InvalidVectors | undefined,
): Promise<ScanThreads | undefined> {
  const { task, storage, subject, state } = job
  const { store, options } = task
  const { selection, transforms } = subject
  const isPlain =
    selection === undefined && transforms.isEmpty && invalid === undefined && state.base === undefined
  const isWhole = plan.partition_by === undefined || plan.partition_by === 'tenant'
  // A resumed range may have several gaps left, which number their parts together.
  const isNew = there.length + thereIndex.length === 0
  if (!isPlain || !isWhole || !isNew || plan.content === 'schema-only') return undefined
  const { file } = store
  const { directory } = storage
  if (file === undefined || directory === undefined) return undefined
  const count = threadsFor(options.threads, plan.counts.before >= LEAST_OBJECTS, job.run.memory)
  if (count === 0) return undefined
  const threads = await openJobThreads(count)
  const { partSize, retryForMs } = options
  const { collection, schema } = plan
  const shared = { file, plan: { collection, schema }, directory, partSize, isIndexed: true, retryForMs }
  return new RangeThreads(threads, { ...shared, encoding: plan.encoding }, job.run.stop)
}

class RangeThreads implements ScanThreads {
  readonly #threads: Threads
  readonly #shared: Omit<RangeWork, 'gap' | 'number'> & { readonly encoding: Encoding }
  readonly #stop: AbortSignal

  constructor(threads: Threads, shared: Omit<RangeWork, 'gap' | 'number'>, stop: AbortSignal) {
    this.#threads = threads
    this.#shared = shared
    this.#stop = stop
  }

  get count(): number {
    return this.#threads.count
  }

  range(gap: IdGap, numbers: NextPartNumbers): Source<RangeMessage> {
    const data: RangeWork = { ...this.#shared, gap, number: numbers.get(gap.range) ?? 0 }
    return threadSource({ threads: this.#threads, work: 'storedRange', data, stop: this.#stop })
  }

  close(): Promise<void> {
    return this.#threads.close()
  }
}

/** A part made in any thread. */
export interface FinishedPart extends Omit<Extract<RangeMessage, { type: 'part' }>, 'type'> {
  /** What was left out among its ids. */
  readonly left?: LeftOutCounts
}

/** How to handle the news of a range. */
export interface RangeHandlers {
  readonly job: StorageJob
  readonly onRead?: (objects: number) => void
  readonly onPart: (part: FinishedPart) => Promise<void>
}

/** Handles the news of a range, one after another. */
export function rangeHandlers({ job, onRead, onPart }: RangeHandlers): Sink<RangeMessage> {
  const take = async (news: RangeMessage): Promise<void> => {
    if (news.type === 'part') await onPart(news)
    else if (news.type === 'read') onRead?.(news.objects)
    else {
      const { attempt, waitMs, fault } = news
      job.run.onRetry({ attempt, waitMs, error: errorOf(fault) as ElysiaError })
    }
  }
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(news: RangeMessage, _, done) {
      take(news).then(() => done(), done)
    },
  })
}
