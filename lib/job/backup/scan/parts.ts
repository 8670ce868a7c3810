import { notePart } from '../../../archive/journal.ts'
import type { Part, Plan } from '../../../archive/manifest.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import { PartSplitter } from '../../../archive/part/split.ts'
import { confirmPart, type PartEncoding, type WrittenPart, writePart } from '../../../archive/part/write.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { pool } from '../../../async/pool.ts'
import type { Retrying } from '../../../async/retry.ts'
import { failpoint } from '../../../core/failpoint.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { scan } from '../../../store/scan.ts'
import type { Collection, Projection } from '../../../store/store.ts'
import { finite, type InvalidVectors } from './invalidVectors.ts'
import { inPages, type Partitions, tenantDirectory } from './partitions.ts'
import type { Sleepers, Work } from './sleepers.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly storage: Storage
  readonly plan: Plan
  readonly collection: Collection
  readonly what: Projection
  readonly encoding: PartEncoding
  readonly partBytes: number
  readonly partitions: Partitions | undefined
  readonly sleepers: Sleepers
  /** Takes note of vectors that are left out; undefined where they end the backup. */
  readonly invalid: InvalidVectors | undefined
  readonly retry: Retrying
  readonly signal: AbortSignal
  /** Aborted to end well: after the parts that are being written. */
  readonly stop: AbortSignal | undefined
  readonly onObjects: (objects: number) => void
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
    await workOn({ ...run, signal }, work, numbers, there, (parts) => written.push(...parts))
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
  // Parts are read again while the next ones are written.
  let noted = Promise.resolve()
  try {
    for (const gap of gaps) {
      for await (const parts of partsOf(run, gap, numbers)) {
        await noted
        noted = noteParts(run, parts).then(() => {
          if (asleep !== undefined) own.push(...parts)
          onNoted(parts)
        })
        noted.catch(() => {})
      }
      run.stop?.throwIfAborted()
    }
  } finally {
    await noted
  }
  if (asleep !== undefined) await run.sleepers.end(asleep, before, own)
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

/** The parts of a stretch, those of one portion at a time. */
async function* partsOf(run: PartsRun, gap: IdGap, numbers: Numbers): AsyncGenerator<Part[]> {
  const call = { signal: run.signal, ...(gap.tenant !== undefined && { tenant: gap.tenant }) }
  const pages = scan(run.collection, run.what, gap, call, run.retry)
  const portions = new PartSplitter(run.invalid ? finite(pages, run.invalid) : pages, run.partBytes)
  let { after } = gap
  try {
    while (run.stop?.aborted !== true && !(await portions.ended())) {
      const written = await writePortion(run, gap, numbers, portions.next())
      const last = written
        .map(({ result }) => result.lastId!)
        .sort()
        .at(-1)
      const upTo = (await portions.ended()) ? gap.upTo : last
      const parts = written.map(({ file, result }) => partOf(file, result, gap.range, after, upTo))
      yield parts
      after = upTo
    }
  } finally {
    await portions.close()
  }
}

interface Written {
  readonly file: string
  readonly result: WrittenPart
}

async function writePortion(
  run: PartsRun,
  { range, tenant }: IdGap,
  numbers: Numbers,
  pages: AsyncIterable<readonly StoredObject[]>,
): Promise<Written[]> {
  const schema = run.plan.schema as unknown as CollectionSchema
  const directory = tenant === undefined ? 'parts' : `parts/${tenantDirectory(tenant, schema)}`
  const write = async (below: string, of: AsyncIterable<readonly StoredObject[]>): Promise<Written> => {
    // No two files have one name, whatever a file system takes for the same directory.
    const number = numbers.get(range) ?? 0
    numbers.set(range, number + 1)
    const file = `${directory}${below}/${nameOf(range, number)}${extensionOf(run.encoding)}`
    const encoding = contentFor(run.encoding, tenant)
    const { storage, signal, onObjects } = run
    return {
      file,
      result: await writePart({ storage, name: file, pages: of, onPage: onObjects, signal, ...encoding }),
    }
  }
  if (run.partitions === undefined) return [await write('', pages)]
  const written: Written[] = []
  for (const [below, objects] of await run.partitions.of(pages)) {
    written.push(await write(`/${below}`, inPages(objects)))
  }
  return written
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
  file: string,
  { objects, vectors, named, bytes, rawBytes, sha256, digest }: WrittenPart,
  range: number,
  after: string | undefined,
  upTo: string | undefined,
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
