import { Readable } from 'node:stream'
import type { ObjectRange } from '../archive/object/source.ts'
import type { StoredObject } from '../core/object.ts'
import type { Source } from '../core/stage.ts'
import { ObjectBatches } from './objectBatches.ts'
import type { ReadOptions } from './objects.ts'
import type { Collection } from './store.ts'

/**
 * The existing objects with these ids, given in order, within a range: page by page in order of id, as `objectPages`
 * yields a complete range. Memory: a page.
 */
export function objectsById(
  collection: Collection,
  ids: readonly string[],
  range: ObjectRange,
  options: ReadOptions,
): Source<StoredObject[]> {
  const pages = pagesOf(collection, ids, range, options)
  return Readable.from(pages, { objectMode: true, highWaterMark: 1 }) as Source<StoredObject[]>
}

async function* pagesOf(
  collection: Collection,
  ids: readonly string[],
  { tenant, after = '', upTo }: ObjectRange,
  { projection, retry = (call) => call(), signal }: ReadOptions,
): AsyncGenerator<StoredObject[]> {
  const call = {
    provesAbsence: true,
    ...(tenant !== undefined && { tenant }),
    ...(signal !== undefined && { signal }),
  }
  const pieces = new ObjectBatches()
  const read = (some: readonly string[]) => {
    signal?.throwIfAborted()
    return retry(() => collection.readMany(some, projection, call), signal)
  }
  const own = ids.filter((id) => id > after && (upTo === undefined || id <= upTo))
  for await (const { objects: page } of pieces.read(own, read)) {
    if (page.length > 0) yield page.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }
}
