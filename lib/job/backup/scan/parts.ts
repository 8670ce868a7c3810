import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { notePart } from '../../../archive/journal.ts'
import type { IndexPart, Part, Plan } from '../../../archive/manifest.ts'
import { type LeftOut, type LeftOutCounts, OrderedLeftOut } from '../../../archive/object/filterPages.ts'
import { confirmPart } from '../../../archive/part/confirmPart.ts'
import type { PartEncoding } from '../../../archive/part/file.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import { partWriter } from '../../../archive/part/writer.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { pool } from '../../../async/pool.ts'
import { nameOutsideStage, nameStage } from '../../../core/channel/stages.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { waitForMemory } from '../../../stream/waitForMemory.ts'
import type { StorageJob } from '../run.ts'
import { type FinishedPart, rangeHandlers, type ScanThreads } from '../thread/scan.ts'
import type { GapWork, InactiveTenantScan } from './inactiveTenants.ts'
import { indexPartOf, type NextPartNumbers, numbersAfter, openPart, partOf } from './partFiles.ts'
import type { Partitions } from './partitions.ts'
import { readBy } from './progress.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly job: StorageJob
  readonly plan: Plan
  /** Makes the stages that read the archived objects or changes of a gap, in pages. */
  readonly reading: (gap: IdGap, signal: AbortSignal, leftOut: LeftOut) => readonly [Readable, ...Duplex[]]
  /** True where each part gets an index. */
  readonly isIndexed: boolean
  readonly encoding: PartEncoding
  readonly partitions: Partitions | undefined
  readonly sleepers: InactiveTenantScan
  /** Threads that scan the ranges instead of this one; undefined if there are none. */
  readonly threads?: ScanThreads | undefined
  /** Called with the number of objects read, and again once they are in a recorded part. */
  readonly onRead?: (objects: number) => void
  readonly onDurable?: (objects: number) => void
  /** Called with objects that were left out, and that no part counts. */
  readonly onUnplaced: (tenant: string | undefined, leftOut: LeftOutCounts) => void
}

/** The same for one worker: `signal` aborts when another one failed. */
interface Worker extends PartsRun {
  readonly signal: AbortSignal
  readonly numbers: NextPartNumbers
}

/**
 * Scans the remaining gaps, several at once, into parts that become durable and are recorded one by one, and adds those
 * to the state of the job. Memory: for each worker a page and what an encoder holds; with `partition_by` the objects of
 * a part.
 */
export async function writeParts(run: PartsRun, all: readonly GapWork[]): Promise<void> {
  const { job } = run
  const { signal, stop } = job.run
  const shared = { ...run, numbers: numbersAfter([...job.state.parts, ...job.state.index]) }
  const workers = Math.max(job.task.options.workers, run.threads?.count ?? 0)
  await pool(all, { workers, signal, stop }, (work, own) => workOn({ ...shared, signal: own }, work))
}

const NONE: LeftOutCounts = { filtered: 0, rejected: 0 }

async function workOn(worker: Worker, { asleep, gaps }: GapWork): Promise<void> {
  const { job, sleepers } = worker
  const before = asleep === undefined ? 0 : await sleepers.begin(asleep)
  for (const gap of gaps) {
    await scanGap(worker, gap)
    job.run.stop.throwIfAborted()
  }
  if (asleep !== undefined) await sleepers.end(asleep, before)
}

/** The objects of a gap → parts; records what each part covers as soon as it is durable. */
async function scanGap(worker: Worker, gap: IdGap): Promise<void> {
  const { job, signal, threads, onRead, onDurable } = worker
  if (threads !== undefined) {
    const noting = rangeHandlers({ ...worker, onPart: (part) => notePartOf(worker, gap, part) })
    const scanned = [
      nameOutsideStage('scan in threads', threads.range(gap, worker.numbers)),
      nameStage('note parts', noting),
    ] as const
    job.run.context.stages?.watch(scanned)
    return pipeline(scanned, { signal })
  }
  const { run, task } = job
  const leftOut = new OrderedLeftOut(onRead)
  const parts = partWriter({
    range: gap,
    partBytes: task.options.partSize,
    stop: run.stop,
    ...(onRead && { onObjects: onRead }),
    leftOut,
    open: () => openPart({ ...worker, storage: job.storage }, gap),
    onPart: (files, covers, left, index) => notePartOf(worker, gap, { files, covers, left, index }),
  })
  const [source, ...reading] = worker.reading(gap, signal, leftOut)
  const room = waitForMemory(run.memory && { pass: run.memory.trim })
  const stages = [
    nameStage('read pages', source),
    ...reading,
    ...room,
    nameStage('make parts', parts),
  ] as const
  run.context.stages?.watch(stages)
  await pipeline(stages, { signal })
  // If nothing of the gap was kept, it has no part.
  const rest = leftOut.takeRest()
  worker.onUnplaced(gap.tenant, rest)
  onDurable?.(rest.filtered + rest.rejected)
}

/** Records a durable part after reading it again. */
async function notePartOf(
  { job: { storage, state }, signal, onDurable }: Worker,
  { range }: IdGap,
  { files, covers, left = NONE, index: made }: FinishedPart,
): Promise<void> {
  const written = files.map((file, at) => partOf(file, range, covers, at === 0 ? left : NONE))
  const index = made && indexPartOf(made, range, covers, state.base !== undefined)
  await noteParts(storage, written, index, signal)
  state.parts.push(...written)
  if (index !== undefined) state.index.push(index)
  onDurable?.(readBy(written))
}

async function noteParts(
  storage: Storage,
  parts: readonly Part[],
  index: IndexPart | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (const { file, sha256 } of [...parts, ...(index === undefined ? [] : [index])])
    await confirmPart(storage, file, sha256, signal)
  failpoint('backup.before-note')
  await notePart(storage, parts, index)
  failpoint('backup.after-note')
}
