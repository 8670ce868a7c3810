import { Readable } from 'node:stream'
import type { ObjectRange } from '../archive/object/source.ts'
import type { StoredObject } from '../core/object.ts'
import type { Source } from '../core/stage.ts'
import type { StoreCondition } from './condition.ts'
import { ObjectBatches } from './objectBatches.ts'
import type { ReadOptions } from './objects.ts'
import type { Collection } from './store.ts'

/**
 * The objects of a range that a store finds by these conditions: all that meet them, and maybe others, page by page in
 * order of id. After a transient error the search continues after the last id that it returned. Memory: a page, and a
 * page of ids.
 */
export function objectsWhere(
  collection: Collection,
  conditions: readonly StoreCondition[],
  range: ObjectRange,
  options: ReadOptions,
): Source<StoredObject[]> {
  const pages = pagesOf(collection, conditions, range, options)
  return Readable.from(pages, { objectMode: true, highWaterMark: 1 }) as Source<StoredObject[]>
}

async function* pagesOf(
  collection: Collection,
  conditions: readonly StoreCondition[],
  range: ObjectRange,
  options: ReadOptions,
): AsyncGenerator<StoredObject[]> {
  const { projection, retry = once, signal } = options
  const { tenant } = range
  const call = { ...(tenant !== undefined && { tenant }), ...(signal !== undefined && { signal }) }
  const pieces = new ObjectBatches()
  const read = (some: readonly string[]) => {
    signal?.throwIfAborted()
    return retry(() => collection.readMany(some, projection, call), signal)
  }
  for await (const ids of idsOf(collection, conditions, range, options)) {
    for await (const { objects: page } of pieces.read(ids, read)) {
      if (page.length > 0) yield page.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    }
  }
}

async function* idsOf(
  collection: Collection,
  conditions: readonly StoreCondition[],
  { tenant, after, upTo }: ObjectRange,
  { retry = once, signal }: ReadOptions,
): AsyncGenerator<readonly string[]> {
  const call = { ...(tenant !== undefined && { tenant }), ...(signal !== undefined && { signal }) }
  let last = after
  let pages: AsyncIterator<readonly string[]> | undefined
  const next = async () => {
    const range = { ...(last !== undefined && { after: last }), ...(upTo !== undefined && { upTo }) }
    pages ??= collection.idsWhere!(conditions, range, call)[Symbol.asyncIterator]()
    try {
      return await pages.next()
    } catch (error) {
      pages = undefined
      throw error
    }
  }
  for (let page = await retry(next, signal); page.done !== true; page = await retry(next, signal)) {
    yield page.value
    last = page.value.at(-1) ?? last
  }
}

function once<T>(call: () => Promise<T>): Promise<T> {
  return call()
}
