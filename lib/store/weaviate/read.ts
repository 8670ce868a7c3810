import type { StoredObject } from '../../object.ts'
import type { Call, Range, What } from '../store.ts'
import { objectsOf } from './decode.ts'
import { idFilter } from './encode.ts'
import { isTooLarge, isTooLong } from './failure.ts'
import { metadataRequest, propertiesRequest } from './layout.ts'
import { InexactInt } from './message.ts'
import { PageLimit } from './pageLimit.ts'
import { listsNamedVectors, type RestReading, restMany, restPage } from './restRead.ts'
import { type Fetch, QUORUM } from './wire.ts'
import type { Context } from './write.ts'

/** Ids a look-up. */
const IDS_WITH_VECTORS = 500
const IDS_WITHOUT = 1000

/** What a read asks for, in the words of either protocol. */
interface Reading extends RestReading {
  readonly fetch: Fetch
  /** gRPC resolves references, and leaves out those whose object is gone. */
  readonly byRest: boolean
}

/**
 * Objects after an id, in byte order of their ids, by the server's cursor: a scan, not a snapshot. By gRPC,
 * or by REST where references are asked for and the collection has some.
 * Memory: one page of 4 to 8 MB, or of one object; more where many small objects are followed by large ones.
 */
export async function* read(
  context: Context,
  what: What,
  range: Range,
  call: Call,
): AsyncGenerator<StoredObject[]> {
  const reading = await readingOf(context, what, call)
  const upTo = range.upTo?.toLowerCase() ?? 'g'
  let after = range.after?.toLowerCase() ?? ''
  const limit = new PageLimit(context.pageSize)
  for (;;) {
    const page = await pageOf(reading, after, limit.objects).catch((thrown: unknown) => {
      if (!isTooLarge(thrown) || !limit.halve(isTooLong(thrown))) throw thrown
      return undefined
    })
    if (page === undefined) continue
    const inside = page.filter(({ id }) => id <= upTo)
    if (inside.length > 0) yield inside
    if (page.length === 0 || inside.length < page.length) return
    after = page.at(-1)!.id
    limit.learn(page)
  }
}

/** The objects of those ids that exist, up to a thousand ids a call, several calls at once. */
export async function readMany(
  context: Context,
  ids: readonly string[],
  what: What,
  call: Call,
): Promise<StoredObject[]> {
  call.signal?.throwIfAborted()
  if (ids.length === 0) return []
  const reading = await readingOf(context, what, call)
  if (reading.byRest) return restMany(reading, ids)
  const size = context.pageSize ?? (what.vectors ? IDS_WITH_VECTORS : IDS_WITHOUT)
  const chunks = Array.from({ length: Math.ceil(ids.length / size) }, (_, n) => n * size)
  const pages = chunks.map((at) => idsOf(reading, ids.slice(at, at + size)))
  return (await Promise.all(pages)).flat()
}

/** One page; by REST where it holds an int beyond 2^53, as JSON may keep it. */
async function pageOf(reading: Reading, after: string, limit: number): Promise<StoredObject[]> {
  if (reading.byRest) return listed(reading, after, limit)
  try {
    return await search(reading, { after, limit })
  } catch (thrown) {
    if (!(thrown instanceof InexactInt)) throw thrown
    return listed(reading, after, limit)
  }
}

/** A page by REST; its named vectors by gRPC, where the server's lists lack some. */
async function listed(reading: Reading, after: string, limit: number): Promise<StoredObject[]> {
  const page = await restPage(reading, after, limit)
  const { context, layout, what } = reading
  const whole = !what.vectors || layout.namedVectors.length === 0 || listsNamedVectors(context.version)
  if (whole || page.length === 0) return page
  const fetch = { ...reading.fetch, properties: propertiesRequest(layout, { ...what, properties: [] }) }
  const held = await idsOf(
    { ...reading, fetch },
    page.map(({ id }) => id),
  )
  const vectors = new Map(held.map((object) => [object.id, object.vectors]))
  return page.map((object) => ({
    ...object,
    ...(vectors.get(object.id) && { vectors: vectors.get(object.id)! }),
  }))
}

async function idsOf(reading: Reading, ids: readonly string[]): Promise<StoredObject[]> {
  try {
    return await search(reading, { filters: idFilter(ids), limit: ids.length })
  } catch (thrown) {
    if (thrown instanceof InexactInt) return restMany(reading, ids)
    if (!isTooLarge(thrown) || ids.length === 1) throw thrown
    const middle = ids.length >> 1
    const first = await idsOf(reading, ids.slice(0, middle))
    return [...first, ...(await idsOf(reading, ids.slice(middle)))]
  }
}

async function search({ context, fetch, call }: Reading, asked: Partial<Fetch>): Promise<StoredObject[]> {
  const reply = await context.cluster.rpc(call, (wire, signal) => wire.search({ ...fetch, ...asked }, signal))
  return objectsOf(reply, call.tenant)
}

async function readingOf(context: Context, what: What, call: Call): Promise<Reading> {
  const layout = await context.classes.layout(context.name, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const fetch: Fetch = {
    collection: context.name,
    tenant,
    limit: 0,
    after: '',
    filters: undefined,
    properties: propertiesRequest(layout, what),
    metadata: metadataRequest(layout, what),
    consistencyLevel: layout.replicated ? QUORUM : undefined,
  }
  const byRest = what.references === true && layout.references.size > 0
  return { context, layout, tenant, what, call, fetch, byRest }
}
