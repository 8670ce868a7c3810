import type { IdGap } from '../archive/part/missingRanges.ts'
import type { Retrying } from '../async/retry.ts'
import { ElysiaError } from '../core/errors.ts'
import type { StoredObject } from '../core/object.ts'
import type { CallOptions, Collection, Projection } from './store.ts'

type Bounds = Pick<IdGap, 'after' | 'upTo'>

/**
 * The objects of a stretch, page by page in order of id. A read that fails for a while is taken up again after
 * the last object it gave. Memory: a page.
 * @throws ElysiaError ELYSIA_STORE where the store gives an id out of order, a second time, or of elsewhere: what
 * relies on the order would lack objects, or never end
 */
export async function* scan(
  collection: Collection,
  what: Projection,
  { after, upTo }: Bounds,
  call: CallOptions,
  retry: Retrying,
): AsyncGenerator<StoredObject[]> {
  let last = after
  let pages: AsyncIterator<StoredObject[]> | undefined
  const next = async () => {
    const range = { ...(last !== undefined && { after: last }), ...(upTo !== undefined && { upTo }) }
    pages ??= collection.read(what, range, call)[Symbol.asyncIterator]()
    try {
      return await pages.next()
    } catch (error) {
      pages = undefined
      throw error
    }
  }
  try {
    for (;;) {
      const page = await retry(next)
      if (page.done === true) return
      last = lastInOrder(page.value, last, upTo, collection.name)
      yield page.value
    }
  } finally {
    await pages?.return?.()
  }
}

/** The last id of a page whose ids all are greater than the one before them. */
function lastInOrder(
  page: readonly StoredObject[],
  after: string | undefined,
  upTo: string | undefined,
  name: string,
): string {
  let last = after ?? ''
  for (const { id } of page) {
    if (id <= last) throw disorder(name, `gave ${id} after ${last}`)
    last = id
  }
  if (page.length === 0) throw disorder(name, `gave an empty page after ${last}`)
  if (upTo !== undefined && last > upTo) throw disorder(name, `gave ${last}, asked for ids up to ${upTo}`)
  return last
}

function disorder(name: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `reading ${name} in order of id, the store ${fact}`, {
    hint: 'a store that does not keep this order cannot be read whole: look at the server, or at what lies between',
  })
}
