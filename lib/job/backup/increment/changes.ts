import { Readable } from 'node:stream'
import type { Chain } from '../../../archive/chain/chain.ts'
import type { ObjectChange } from '../../../archive/chain/change.ts'
import { chainEntries } from '../../../archive/chain/entries.ts'
import type { IndexEntry } from '../../../archive/chain/entry.ts'
import { rememberedSha256 } from '../../../archive/object/digest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Source } from '../../../core/stage.ts'
import { objectPages } from '../../../store/objects.ts'
import type { Projection } from '../../../store/store.ts'
import { mergeJoin, type Pair } from '../../../stream/mergeJoin.ts'
import type { PageTransform } from '../scan/transforms.ts'
import { CompleteReader, type CompleteReadOptions } from './completeReader.ts'

/** What a scan for changes compares, and how it reads. */
export interface ChangesOptions extends CompleteReadOptions {
  /** The base of the increment, with its own bases. */
  readonly base: Chain
  /**
   * An object whose update time equals that of the base, and is before this moment, is unchanged. Undefined if times
   * prove nothing: then every object is read completely.
   */
  readonly unchangedBeforeMs: number | undefined
  /** Changes objects before they are archived. */
  readonly transform: PageTransform | undefined
  /** True if `transform` may leave objects out. */
  readonly isFiltered: boolean
  /** Called with the number of store objects that were looked at. */
  readonly onScanned: (objects: number) => void
}

/** How many changes are settled together, and how many objects are read for them. */
const BATCH_CHANGES = 4000
const BATCH_READS = 500

const TIMES: Projection = { properties: [], vectors: false, times: true }

/**
 * The differences between a range of a collection and a base: pages of changes, in order of id. Joins the base's notes
 * on each id with the ids and update times from the store; reads only objects that may have changed, and compares their
 * SHA-256. Memory: two batches of changes, a page of the store, and a page of each link. Errors: those of the store;
 * ELYSIA_DAMAGED, naming the link; ELYSIA_STORE if the store returns ids out of order
 */
export function incrementChanges(
  range: ObjectRange,
  options: ChangesOptions,
): Source<readonly ObjectChange[]> {
  return Readable.from(changesIn(range, options), { objectMode: true, highWaterMark: 1 })
}

/** An id that may have changed or disappeared. */
interface Suspect {
  readonly id: string
  readonly base?: IndexEntry | undefined
  /** False if the store does not have it. */
  readonly isThere: boolean
}

/** Suspects in order of id. */
class Batch {
  readonly suspects: Suspect[] = []
  readonly objects: StoredObject[] = []
  /** How many of them must be read. */
  reads = 0
  /** How many store objects lie between the first and the last of them. */
  scanned = 0

  get isFull(): boolean {
    return this.reads >= BATCH_READS || this.suspects.length >= BATCH_CHANGES
  }
}

async function* changesIn(
  range: ObjectRange,
  options: ChangesOptions,
): AsyncGenerator<readonly ObjectChange[]> {
  const reader = new CompleteReader(range, options)
  let batch = new Batch()
  let coming: Promise<readonly ObjectChange[]> | undefined
  const pages: AsyncIterable<readonly Pair<Item>[]> = joinedWithBase(range, options)
  for await (const pairs of pages) {
    let scanned = 0
    for (const { left, right } of pairs) {
      if (right !== undefined) scanned += 1
      if (take(batch, left as IndexEntry | undefined, right as StoredObject | undefined, options)) continue
      // A page is read while the next one is looked for.
      const settled = coming
      coming = quietly(settle(batch, reader, options))
      batch = new Batch()
      yield* pageOf(await settled)
    }
    options.onScanned(scanned)
  }
  const last = settle(batch, reader, options)
  quietly(last)
  yield* pageOf(await coming)
  yield* pageOf(await last)
}

type Item = IndexEntry | StoredObject

function joinedWithBase(range: ObjectRange, options: ChangesOptions): Source<readonly Pair<Item>[]> {
  const { base, collection, projection, unchangedBeforeMs, retry, signal } = options
  const read = unchangedBeforeMs === undefined ? projection : TIMES
  return mergeJoin<Item>(
    chainEntries(base, range),
    objectPages(collection, range, { projection: read, retry, signal }),
    {
      compare: ({ id: one }, { id: other }) => (one === other ? 0 : one < other ? -1 : 1),
      outOfOrder: (_side, { id }, before) =>
        new ElysiaError('ELYSIA_DAMAGED', `${base.newest.manifest.id} has ${id} after ${before.id}`),
      signal,
    },
  )
}

/** Adds a possible change to the batch; false if the batch is then full. */
function take(
  batch: Batch,
  left: IndexEntry | undefined,
  now: StoredObject | undefined,
  options: ChangesOptions,
): boolean {
  const base = left?.sha256 === undefined ? undefined : left
  if (now !== undefined) batch.scanned += 1
  if (now === undefined ? base === undefined : isUnchanged(left, now, options)) return true
  batch.suspects.push({ id: now?.id ?? base!.id, base, isThere: now !== undefined })
  if (now !== undefined) {
    batch.reads += 1
    if (options.unchangedBeforeMs === undefined) batch.objects.push(now)
  }
  return !batch.isFull
}

/**
 * What an update time proves. For an id that the base does not know: only that a filter left the object out there too;
 * for one that was gone there: nothing, because a restored server has old times.
 */
function isUnchanged(
  entry: IndexEntry | undefined,
  { updatedMs }: StoredObject,
  { unchangedBeforeMs, isFiltered }: ChangesOptions,
): boolean {
  if (unchangedBeforeMs === undefined || updatedMs === undefined || updatedMs >= unchangedBeforeMs)
    return false
  if (entry === undefined) return isFiltered
  return entry.sha256 !== undefined && entry.updatedMs === updatedMs
}

/** Reads the suspects, and returns what has changed. */
async function settle(
  batch: Batch,
  reader: CompleteReader,
  { transform, unchangedBeforeMs }: ChangesOptions,
): Promise<readonly ObjectChange[]> {
  const { suspects } = batch
  const ids = suspects.filter(({ isThere }) => isThere).map(({ id }) => id)
  const whole = unchangedBeforeMs === undefined ? batch.objects : await reader.read(ids, batch.scanned)
  const transformed = transform === undefined ? whole : await transform(whole)
  const objectsById = new Map(transformed.map((object) => [object.id, object]))
  return suspects.flatMap((suspect) => changeOf(suspect, objectsById.get(suspect.id)) ?? [])
}

/** Undefined if nothing has changed. */
function changeOf({ id, base }: Suspect, object: StoredObject | undefined): ObjectChange | undefined {
  const before = base?.sha256
  // Also gone if it disappeared between the scan and the reading, or if a filter now leaves it out.
  if (object === undefined) return before === undefined ? undefined : { id, before }
  const sha256 = rememberedSha256(object)
  if (sha256 !== before) return { id, object, ...(before !== undefined && { before }) }
  const { updatedMs } = object
  if (updatedMs === base?.updatedMs) return undefined
  return { id, before, touched: { sha256, ...(updatedMs !== undefined && { updatedMs }) } }
}

function* pageOf(changes: readonly ObjectChange[] | undefined): Generator<readonly ObjectChange[]> {
  if (changes !== undefined && changes.length > 0) yield changes
}

/** A promise that will be awaited later, or dropped. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
