import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { notePart } from '../../../archive/journal.ts'
import type { Part, Plan } from '../../../archive/manifest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { confirmPart } from '../../../archive/part/confirm.ts'
import { type PartEncoding, type PartSink, partFile, type WrittenPart } from '../../../archive/part/file.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import { partWriter } from '../../../archive/part/writer.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { pool } from '../../../async/pool.ts'
import type { Retrying } from '../../../async/retry.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { objects } from '../../../store/objects.ts'
import type { Collection, Projection } from '../../../store/store.ts'
import { partitionFiles } from './partitionFiles.ts'
import { type Partitions, tenantDirectory } from './partitions.ts'
import type { Sleepers, Work } from './sleepers.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly storage: Storage
  readonly plan: Plan
  readonly collection: Collection
  readonly projection: Projection
  readonly encoding: PartEncoding
  readonly partBytes: number
  readonly partitions: Partitions | undefined
  readonly sleepers: Sleepers
  /** Makes the stages that stand between reading and encoding: pages → pages. */
  readonly transforms: () => readonly Duplex[]
  readonly retry: Retrying
  readonly signal: AbortSignal
  /** Aborted to end well: after the parts that are being written. */
  readonly stop: AbortSignal | undefined
  readonly onObjects: (objects: number) => void
  /** Told of parts that count from now on. */
  readonly onNoted: (parts: readonly Part[]) => void
}

/**
 * Scans what is left, several stretches at once, each into parts that are durable and noted one by one. Resolves with
 * the parts. Memory: for each worker a page and what an encoder holds; with `partition_by` a portion.
 */
export async function writeParts(
  run: PartsRun,
  all: readonly Work[],
  there: readonly Part[],
  workers: number,
): Promise<Part[]> {
  const written: Part[] = []
  const numbers = numbersAfter(there)
  await pool(all, { workers, signal: run.signal, stop: run.stop }, async (work, signal) => {
    await workOn({ ...run, signal }, work, numbers, there, (parts) => {
      written.push(...parts)
      run.onNoted(parts)
    })
  })
  return written
}

async function workOn(
  run: PartsRun,
  { asleep, gaps }: Work,
  numbers: Numbers,
  there: readonly Part[],
  onNoted: (parts: readonly Part[]) => void,
): Promise<void> {
  const before = asleep === undefined ? 0 : await run.sleepers.begin(asleep)
  const own = there.filter(({ range }) => asleep !== undefined && run.plan.ranges[range]!.tenant === asleep)
  for (const gap of gaps) {
    await scanGap(run, gap, numbers, (parts) => {
      if (asleep !== undefined) own.push(...parts)
      onNoted(parts)
    })
    run.stop?.throwIfAborted()
  }
  if (asleep !== undefined) await run.sleepers.end(asleep, before, own)
}

/** Objects → transforms → parts; what each of them covers is noted as soon as it is durable. */
async function scanGap(
  run: PartsRun,
  gap: IdGap,
  numbers: Numbers,
  onNoted: (parts: readonly Part[]) => void,
): Promise<void> {
  const { collection, projection, retry, signal, stop, partBytes, onObjects } = run
  const parts = partWriter({
    range: gap,
    partBytes,
    stop,
    onObjects,
    open: () => openPart(run, gap, numbers),
    onPart: async (files, covers) => {
      const written = files.map((file) => partOf(file, gap.range, covers))
      await noteParts(run, written)
      onNoted(written)
    },
  })
  const source = objects(collection, gap, { projection, retry, signal })
  await pipeline([source, ...run.transforms(), parts], { signal })
}

async function noteParts({ storage, signal }: PartsRun, parts: readonly Part[]): Promise<void> {
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
function openPart(run: PartsRun, { range, tenant }: IdGap, numbers: Numbers): PartSink {
  const { storage, plan, encoding, partitions } = run
  const schema = plan.schema as unknown as CollectionSchema
  const directory = tenant === undefined ? 'parts' : `parts/${tenantDirectory(tenant, schema)}`
  const own = contentFor(encoding, tenant)
  const fileIn = (below: string) => {
    // No two files have one name, whatever a file system takes for the same directory.
    const number = numbers.get(range) ?? 0
    numbers.set(range, number + 1)
    return partFile(storage, `${below}/${nameOf(range, number)}${extensionOf(encoding)}`, own)
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
): Part {
  return {
    file,
    range,
    ...(after !== undefined && { after }),
    ...(upTo !== undefined && { up_to: upTo }),
    objects,
    vectors,
    ...(named && { named_vectors: named }),
    bytes,
    raw_bytes: rawBytes,
    sha256,
    digest,
  }
}
