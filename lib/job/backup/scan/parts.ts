import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { notePart } from '../../../archive/journal.ts'
import type { Part, Plan } from '../../../archive/manifest.ts'
import { type LeftOut, PlacedLeftOut } from '../../../archive/object/filtered.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { confirmPart } from '../../../archive/part/confirm.ts'
import { type PartEncoding, type PartSink, partFile, type WrittenPart } from '../../../archive/part/file.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import { partWriter } from '../../../archive/part/writer.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { pool } from '../../../async/pool.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Source } from '../../../core/stage.ts'
import type { StorageJob } from '../run.ts'
import { partitionFiles } from './partitionFiles.ts'
import { type Partitions, tenantDirectory } from './partitions.ts'
import { readBy } from './progress.ts'
import type { Sleepers, Work } from './sleepers.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly job: StorageJob
  readonly plan: Plan
  /** What is read of a range. */
  readonly pages: (range: ObjectRange, signal: AbortSignal) => Source<StoredObject[]>
  readonly encoding: PartEncoding
  readonly partitions: Partitions | undefined
  readonly sleepers: Sleepers
  /** Makes the stages that stand between reading and encoding: pages → pages. */
  readonly transforms: (leftOut: LeftOut) => readonly Duplex[]
  /** Called with how many objects were read, and again once they are in a part that is noted. */
  readonly onRead: (objects: number) => void
  readonly onDurable: (objects: number) => void
  /** Called with objects that the selection left out, and that no part counts. */
  readonly onUnplaced: (tenant: string | undefined, objects: number) => void
}

/** The same for one of them: `signal` is aborted where another one has failed. */
interface Worker extends PartsRun {
  readonly signal: AbortSignal
  /** What an interrupted backup had made. */
  readonly there: readonly Part[]
  readonly numbers: Numbers
}

/**
 * Scans the gaps that are left, several at once, each into parts that are durable and noted one by one; those are
 * added to the state of the job. Memory: for each worker a page and what an encoder holds; with `partition_by` the
 * objects of a part.
 */
export async function writeParts(run: PartsRun, all: readonly Work[]): Promise<void> {
  const { job } = run
  const { signal, stop } = job.run
  const there = [...job.state.parts]
  const shared = { ...run, there, numbers: numbersAfter(there) }
  const { workers } = job.task.options
  await pool(all, { workers, signal, stop }, (work, own) => workOn({ ...shared, signal: own }, work))
}

async function workOn(worker: Worker, { asleep, gaps }: Work): Promise<void> {
  const { job, plan, sleepers, there } = worker
  const before = asleep === undefined ? 0 : await sleepers.begin(asleep)
  const own: Part[] = []
  for (const gap of gaps) {
    own.push(...(await scanGap(worker, gap)))
    job.run.stop.throwIfAborted()
  }
  if (asleep === undefined) return
  const kept = there.filter(({ range }) => plan.ranges[range]!.tenant === asleep)
  await sleepers.end(asleep, before, [...kept, ...own])
}

/** Objects → transforms → parts; what each of them covers is noted as soon as it is durable. Resolves with them. */
async function scanGap(worker: Worker, gap: IdGap): Promise<Part[]> {
  const { job, signal, onRead, onDurable } = worker
  const { run, task, state } = job
  const made: Part[] = []
  const leftOut = new PlacedLeftOut(onRead)
  const parts = partWriter({
    range: gap,
    partBytes: task.options.partSize,
    stop: run.stop,
    onObjects: onRead,
    leftOut,
    open: () => openPart(worker, gap),
    onPart: async (files, covers, filtered) => {
      const written = files.map((file, at) => partOf(file, gap.range, covers, at === 0 ? filtered : 0))
      await noteParts(job.storage, written, signal)
      state.parts.push(...written)
      made.push(...written)
      onDurable(readBy(written))
    },
  })
  await pipeline([worker.pages(gap, signal), ...worker.transforms(leftOut), parts], { signal })
  // Where nothing of the gap was selected, it has no part.
  const rest = leftOut.takeRest()
  worker.onUnplaced(gap.tenant, rest)
  onDurable(rest)
  return made
}

async function noteParts(storage: Storage, parts: readonly Part[], signal: AbortSignal): Promise<void> {
  for (const { file, sha256 } of parts) await confirmPart(storage, file, sha256, signal)
  failpoint('backup.before-note')
  await notePart(storage, parts)
  failpoint('backup.after-note')
}

/** The next number of a part in each range. */
type Numbers = Map<number, number>

function numbersAfter(parts: readonly Part[]): Numbers {
  const numbers: Numbers = new Map()
  for (const { range, file } of parts) {
    const number = Number(/-(\d+)\.[^/]*$/.exec(file)?.[1] ?? 0)
    numbers.set(range, Math.max(numbers.get(range) ?? 0, number + 1))
  }
  return numbers
}

/** What takes the next part of a range: a file, or one for each value that it is partitioned by. */
function openPart(worker: Worker, { range, tenant }: IdGap): PartSink {
  const { job, plan, encoding, partitions, numbers } = worker
  const schema = plan.schema as unknown as CollectionSchema
  const directory = tenant === undefined ? 'parts' : `parts/${tenantDirectory(tenant, schema)}`
  const own = contentFor(encoding, tenant)
  const fileIn = (below: string) => {
    // No two files have one name, whatever a file system takes for the same directory.
    const number = numbers.get(range) ?? 0
    numbers.set(range, number + 1)
    return partFile(job.storage, `${below}/${nameOf(range, number)}${extensionOf(encoding)}`, own)
  }
  if (partitions === undefined) return fileIn(directory)
  return partitionFiles(partitions, (below) => fileIn(`${directory}/${below}`))
}

function nameOf(range: number, number: number): string {
  return `r${String(range).padStart(4, '0')}-${String(number).padStart(5, '0')}`
}

function extensionOf({ format, compression }: PartEncoding): string {
  return `${format.extension}${format.compressesItself ? '' : compression.extension}`
}

function contentFor(encoding: PartEncoding, tenant: string | undefined): PartEncoding {
  return tenant === undefined ? encoding : { ...encoding, content: { ...encoding.content, tenant } }
}

function partOf(
  { file, objects, vectors, named, bytes, rawBytes, sha256, digest }: WrittenPart,
  range: number,
  { after, upTo }: Pick<ObjectRange, 'after' | 'upTo'>,
  filtered: number,
): Part {
  return {
    file,
    range,
    ...(after !== undefined && { after }),
    ...(upTo !== undefined && { up_to: upTo }),
    objects,
    ...(filtered > 0 && { filtered }),
    vectors,
    ...(named && { named_vectors: named }),
    bytes,
    raw_bytes: rawBytes,
    sha256,
    digest,
  }
}
