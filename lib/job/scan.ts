import type { Stretch } from '../archive/stretches.ts'
import type { StoredObject } from '../object.ts'
import type { Call, Collection, What } from '../store/store.ts'
import type { Retrying } from '../stream/retry.ts'

/**
 * The objects of a stretch, page by page in order of id. A read that fails for a while is taken up again after
 * the last object it gave. Memory: a page.
 */
export async function* scan(
  collection: Collection,
  what: What,
  { after, upTo }: Pick<Stretch, 'after' | 'upTo'>,
  call: Call,
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
      last = page.value.at(-1)!.id
      yield page.value
    }
  } finally {
    await pages?.return?.()
  }
}
