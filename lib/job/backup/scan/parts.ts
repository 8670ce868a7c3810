import type { Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { WrittenIndex } from '../../../archive/chain/indexFile.ts'
import { INDEX_DIRECTORY, INDEX_EXTENSION } from '../../../archive/files.ts'
import { notePart } from '../../../archive/journal.ts'
import type { IndexPart, Part, Plan } from '../../../archive/manifest.ts'
import { type LeftOut, PlacedLeftOut } from '../../../archive/object/filtered.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { confirmPart } from '../../../archive/part/confirm.ts'
import { type PartEncoding, type PartSink, partFile, type WrittenPart } from '../../../archive/part/file.ts'
import { indexedPart } from '../../../archive/part/indexed.ts'
import type { Covered, IdGap } from '../../../archive/part/missingRanges.ts'
import { partWriter } from '../../../archive/part/writer.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { pool } from '../../../async/pool.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { StorageJob } from '../run.ts'
import { partitionFiles } from './partitionFiles.ts'
import { type Partitions, tenantDirectory } from './partitions.ts'
import { readBy } from './progress.ts'
import type { Sleepers, Work } from './sleepers.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly job: StorageJob
  readonly plan: Plan
  /** Makes the stages that give what is archived of a gap: pages of objects, or of changes. */
  readonly reading: (gap: IdGap, signal: AbortSignal, leftOut: LeftOut) => readonly [Readable, ...Duplex[]]
  /** True where each part gets an index. */
  readonly isIndexed: boolean
  readonly encoding: PartEncoding
  readonly partitions: Partitions | undefined
  readonly sleepers: Sleepers
  /** Called with how many objects were read, and again once they are in a part that is noted. */
  readonly onRead?: (objects: number) => void
  readonly onDurable?: (objects: number) => void
  /** Called with objects that the selection left out, and that no part counts. */
  readonly onUnplaced: (tenant: string | undefined, objects: number) => void
}

/** The same for one of them: `signal` is aborted where another one has failed. */
interface Worker extends PartsRun {
  readonly signal: AbortSignal
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
  const shared = { ...run, numbers: numbersAfter([...job.state.parts, ...job.state.index]) }
  const { workers } = job.task.options
  await pool(all, { workers, signal, stop }, (work, own) => workOn({ ...shared, signal: own }, work))
}

async function workOn(worker: Worker, { asleep, gaps }: Work): Promise<void> {
  const { job, sleepers } = worker
  const before = asleep === undefined ? 0 : await sleepers.begin(asleep)
  for (const gap of gaps) {
    await scanGap(worker, gap)
    job.run.stop.throwIfAborted()
  }
  if (asleep !== undefined) await sleepers.end(asleep, before)
}

/** What is read of a gap → parts; what each of them covers is noted as soon as it is durable. */
async function scanGap(worker: Worker, gap: IdGap): Promise<void> {
  const { job, signal, onRead, onDurable } = worker
  const { run, task, state } = job
  const leftOut = new PlacedLeftOut(onRead)
  const parts = partWriter({
    range: gap,
    partBytes: task.options.partSize,
    stop: run.stop,
    ...(onRead && { onObjects: onRead }),
    leftOut,
    open: () => openPart(worker, gap),
    onPart: async (files, covers, filtered, made) => {
      const written = files.map((file, at) => partOf(file, gap.range, covers, at === 0 ? filtered : 0))
      const index = made && indexPartOf(made, gap.range, covers, state.base !== undefined)
      await noteParts(job.storage, written, index, signal)
      state.parts.push(...written)
      if (index !== undefined) state.index.push(index)
      onDurable?.(readBy(written))
    },
  })
  await pipeline([...worker.reading(gap, signal, leftOut), parts], { signal })
  // Where nothing of the gap was selected, it has no part.
  const rest = leftOut.takeRest()
  worker.onUnplaced(gap.tenant, rest)
  onDurable?.(rest)
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

/** The next number of a part in each range. */
type Numbers = Map<number, number>

function numbersAfter(files: readonly (Part | IndexPart)[]): Numbers {
  const numbers: Numbers = new Map()
  for (const { range, file } of files) {
    const number = Number(/-(\d+)\.[^/]*$/.exec(file)?.[1] ?? 0)
    numbers.set(range, Math.max(numbers.get(range) ?? 0, number + 1))
  }
  return numbers
}

/** What takes the next part of a range: a file, or one for each value that it is partitioned by; with its index. */
function openPart(worker: Worker, { range, tenant }: IdGap): PartSink {
  const { job, plan, encoding, partitions, numbers } = worker
  const schema = plan.schema as unknown as CollectionSchema
  const directory = tenant === undefined ? 'parts' : `parts/${tenantDirectory(tenant, schema)}`
  const own = contentFor(encoding, tenant)
  // No two files have one name, whatever a file system takes for the same directory.
  const next = () => {
    const number = numbers.get(range) ?? 0
    numbers.set(range, number + 1)
    return nameOf(range, number)
  }
  const name = next()
  const fileIn = (below: string, name: string) =>
    partFile(job.storage, `${below}/${name}${extensionOf(encoding)}`, own)
  const open = () =>
    partitions === undefined
      ? fileIn(directory, name)
      : partitionFiles(partitions, (below) => fileIn(`${directory}/${below}`, next()))
  if (!worker.isIndexed) return open()
  return indexedPart({ storage: job.storage, index: `${INDEX_DIRECTORY}/${name}${INDEX_EXTENSION}`, open })
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
  covers: Covers,
  filtered: number,
): Part {
  return {
    file,
    ...coveredBy(range, covers),
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

type Covers = Pick<ObjectRange, 'after' | 'upTo'>

function coveredBy(range: number, { after, upTo }: Covers): Covered {
  return { range, ...(after !== undefined && { after }), ...(upTo !== undefined && { up_to: upTo }) }
}

/** `isChange`: of an increment, which says what it replaces. */
function indexPartOf(
  { file, entries, removed, bytes, sha256, digest, replaced }: WrittenIndex,
  range: number,
  covers: Covers,
  isChange: boolean,
): IndexPart {
  const own = { file, ...coveredBy(range, covers), entries, removed, bytes, sha256, digest }
  return isChange ? { ...own, replaced } : own
}
