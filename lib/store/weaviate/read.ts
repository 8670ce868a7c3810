import type { StoredObject } from '../../core/object.ts'
import type { CallOptions, Projection, Range } from '../store.ts'
import { isTooLarge, isTooLong } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { extentOf, objectsOf, type PageExtent } from './grpc/decode.ts'
import { InexactInt } from './grpc/protobuf.ts'
import { releaseReply } from './grpc/reply.ts'
import { PageLimit } from './pageLimit.ts'
import { objectsById } from './readById.ts'
import { replyOf, type ServerRead, serverRead, unreadableReply } from './readRequest.ts'
import { IdOrder, requireAtMost } from './rest/answer.ts'
import { listsNamedVectors, type RestPage, restPage } from './rest/read.ts'
import { propertiesRequest } from './schema/layout.ts'

/** The most objects at once of a page that gRPC could not return. */
const LISTED_AT_ONCE = 100

/** A received page. Its objects are made on request, some at a time. */
interface Page {
  readonly count: number
  readonly bytes: number
  readonly lastId: string
  objects(): Iterable<StoredObject[]> | AsyncIterable<StoredObject[]>
}

/**
 * Objects after an id, in byte order of their ids, by the server's cursor, from one replica: a scan, not a snapshot. By
 * gRPC, or by REST if references are requested and the collection has some. While a page is processed, the next one is
 * on its way. Pages grow from some objects to 4 to 8 MB; further readers of the collection begin with what was learned.
 * Checks the order before yielding each object. Memory: two pages, or of one object; more if many small objects are
 * followed by large ones.
 * @throws ElysiaError ELYSIA_STORE if the server repeats an object, goes back, or returns more than requested
 */
export async function* readCopy(
  context: Context,
  projection: Projection,
  range: Range,
  call: CallOptions,
): AsyncGenerator<StoredObject[]> {
  const ended = new AbortController()
  const signal = call.signal === undefined ? ended.signal : AbortSignal.any([call.signal, ended.signal])
  const reading = await serverRead(context, projection, { ...call, signal })
  const upTo = range.upTo?.toLowerCase() ?? 'g'
  const learnedKey = JSON.stringify([
    context.name,
    projection.properties,
    projection.vectors,
    projection.references,
  ])
  const limit = new PageLimit(context.pageSize, context.learned.get(learnedKey))
  const after = range.after?.toLowerCase() ?? ''
  const order = new IdOrder(context.target, context.name, after)
  const pageAfter = (last: string) => {
    context.learned.set(learnedKey, limit.learned)
    return pageOf(reading, last, upTo, limit)
  }
  try {
    let page = await pageOf(reading, after, upTo, limit)
    while (page.count > 0) {
      const goesOn = page.lastId < upTo
      let coming: Promise<Page> | undefined
      let begun = false
      for await (const objects of page.objects()) {
        // Not before a second piece is requested: many readers want only the first object.
        if (begun && goesOn) coming ??= quietly(pageAfter(page.lastId))
        begun = true
        order.check(objects)
        const inside = goesOn ? objects : objects.filter(({ id }) => id <= upTo)
        if (inside.length > 0) yield inside
      }
      if (!goesOn) return
      page = await (coming ?? pageAfter(page.lastId))
    }
  } catch (thrown) {
    throw unreadableReply(thrown, context)
  } finally {
    ended.abort()
  }
}

/** A promise that may be dropped. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** One page, with fewer objects if it would be too large. */
async function pageOf(reading: ServerRead, after: string, upTo: string, limit: PageLimit): Promise<Page> {
  reading.context.shards.begin()
  for (;;) {
    const objects = limit.within(after, upTo)
    try {
      const page = reading.byRest
        ? restPageOf(await listPage(reading, after, objects))
        : replyPage(reading, after, await replyOf(reading, { after, limit: objects }))
      const { target, name, shards } = reading.context
      requireAtMost(objects, page.count, target, name)
      await shards.requireServed(name, reading.tenant, reading.call)
      limit.learn(page.count, page.bytes, after, page.lastId)
      return page
    } catch (thrown) {
      if (!isTooLarge(thrown) || !limit.halve(objects, isTooLong(thrown))) throw thrown
    }
  }
}

function restPageOf({ objects, bytes }: RestPage): Page {
  return { count: objects.length, bytes, lastId: objects.at(-1)?.id ?? '', objects: () => [objects] }
}

function replyPage(reading: ServerRead, after: string, reply: Buffer): Page {
  const { count, lastId } = extentOf(reply)
  return {
    count,
    lastId,
    bytes: reply.length,
    objects: () => exactly(reading, after, { count, lastId }, reply),
  }
}

/** The objects of a reply; by REST from the first with an int beyond 2^53, which JSON can hold. */
async function* exactly(
  reading: ServerRead,
  after: string,
  extent: PageExtent,
  reply: Buffer,
): AsyncGenerator<StoredObject[]> {
  let last = after
  try {
    for (const objects of objectsOf(reply, reading.call.tenant)) {
      yield objects
      last = objects.at(-1)!.id
    }
    releaseReply(reply)
  } catch (thrown) {
    if (!(thrown instanceof InexactInt)) throw thrown
    yield* listedUpTo(reading, last, extent)
  }
}

async function* listedUpTo(
  reading: ServerRead,
  after: string,
  { count, lastId }: PageExtent,
): AsyncGenerator<StoredObject[]> {
  for (let last = after; last < lastId; ) {
    const { objects } = await listPage(reading, last, Math.min(count, LISTED_AT_ONCE))
    const inside = objects.filter(({ id }) => id <= lastId)
    if (inside.length > 0) yield inside
    if (inside.length === 0 || inside.length < objects.length) return
    last = inside.at(-1)!.id
  }
}

/** A page by REST; its named vectors by gRPC, if the server's lists lack some. */
async function listPage(reading: ServerRead, after: string, limit: number): Promise<RestPage> {
  const page = await restPage(reading, after, limit)
  const { context, layout, projection } = reading
  const whole = !projection.vectors || layout.namedVectors.length === 0 || listsNamedVectors(context.version)
  if (whole || page.objects.length === 0) return page
  const fetch = { ...reading.fetch, properties: propertiesRequest(layout, { ...projection, properties: [] }) }
  const withVectors = await objectsById(
    { ...reading, fetch },
    page.objects.map(({ id }) => id),
  )
  const vectors = new Map(withVectors.map((object) => [object.id, object.vectors]))
  const objects = page.objects.map((object) => ({
    ...object,
    ...(vectors.get(object.id) && { vectors: vectors.get(object.id)! }),
  }))
  return { ...page, objects }
}
