import type { StoredObject } from '../../object.ts'
import type { Call, Range, What } from '../store.ts'
import { storedObject } from './decode.ts'
import { idFilter } from './encode.ts'
import { isTooLarge } from './failure.ts'
import { type Layout, metadataRequest, propertiesRequest } from './layout.ts'
import { type Fetch, QUORUM } from './wire.ts'
import type { Context } from './write.ts'

const PAGE_WITH_VECTORS = 500
const PAGE_WITHOUT = 1000

/**
 * Objects after an id, in byte order of their ids, by the server's cursor: a scan, not a snapshot.
 * Memory: one page, which shrinks where objects are too large for one message.
 */
export async function* read(
  context: Context,
  what: What,
  range: Range,
  call: Call,
): AsyncGenerator<StoredObject[]> {
  const fetch = await fetchOf(context, what, call)
  const upTo = range.upTo?.toLowerCase() ?? 'g'
  let after = range.after?.toLowerCase() ?? ''
  let limit = pageSize(context, what)
  for (;;) {
    const page = await search(context, { ...fetch, after, limit }, call).catch((thrown: unknown) => {
      if (!isTooLarge(thrown) || limit === 1) throw thrown
      limit >>= 1
      return undefined
    })
    if (page === undefined) continue
    const inside = page.filter(({ id }) => id <= upTo)
    if (inside.length > 0) yield inside
    if (page.length === 0 || inside.length < page.length) return
    after = page.at(-1)!.id
  }
}

/** The objects of those ids that exist, a thousand ids a call, several calls at once. */
export async function readMany(
  context: Context,
  ids: readonly string[],
  what: What,
  call: Call,
): Promise<StoredObject[]> {
  call.signal?.throwIfAborted()
  if (ids.length === 0) return []
  const fetch = await fetchOf(context, what, call)
  const size = pageSize(context, what)
  const chunks = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) => n * size)
  const pages = chunks.map((at) => fetchIds(context, fetch, ids.slice(at, at + size), call))
  return (await Promise.all(pages)).flat()
}

async function fetchIds(
  context: Context,
  fetch: Fetch,
  ids: readonly string[],
  call: Call,
): Promise<StoredObject[]> {
  try {
    return await search(context, { ...fetch, filters: idFilter(ids), limit: ids.length }, call)
  } catch (thrown) {
    if (!isTooLarge(thrown) || ids.length === 1) throw thrown
    const middle = ids.length >> 1
    const first = await fetchIds(context, fetch, ids.slice(0, middle), call)
    return [...first, ...(await fetchIds(context, fetch, ids.slice(middle), call))]
  }
}

async function search(context: Context, fetch: Fetch, call: Call): Promise<StoredObject[]> {
  const reply = await context.cluster.rpc(call, (wire, signal) => wire.search(fetch, signal))
  return reply.results.map((result) => storedObject(result, call.tenant))
}

async function fetchOf(context: Context, what: What, call: Call): Promise<Fetch> {
  const layout: Layout = await context.classes.layout(context.name, call)
  return {
    collection: context.name,
    tenant: await context.classes.tenantOf(layout, call),
    limit: 0,
    after: '',
    filters: undefined,
    properties: propertiesRequest(layout, what),
    metadata: metadataRequest(layout, what),
    consistencyLevel: layout.replicated ? QUORUM : undefined,
  }
}

function pageSize({ pageSize }: Context, { vectors }: What): number {
  return pageSize ?? (vectors ? PAGE_WITH_VECTORS : PAGE_WITHOUT)
}
