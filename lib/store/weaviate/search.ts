import type { StoreCondition } from '../condition.ts'
import type { CallOptions, Range } from '../store.ts'
import { isTooLarge } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { extentOf, objectsOf } from './grpc/decode.ts'
import { conditionsFilter } from './grpc/filters.ts'
import { type Fetch, QUORUM } from './grpc/messages.ts'
import { MalformedReply } from './grpc/protobuf.ts'
import { IdOrder, requireAtMost, wrongAnswer } from './rest/answer.ts'
import { metadataRequest, propertiesRequest } from './schema/layout.ts'

/** The default of QUERY_MAXIMUM_RESULTS: a server that gives less says so, and is asked for half as many. */
const MOST_IDS = 10_000

/**
 * The ids that a search with these conditions finds, in order, page after page: each begins behind the last id of the
 * one before it. The server's cursor takes no conditions. Memory: a page of ids.
 * @throws ElysiaError ELYSIA_STORE where the server cannot answer a condition, or gives ids out of order
 */
export async function* idsWhere(
  context: Context,
  conditions: readonly StoreCondition[],
  range: Range,
  call: CallOptions,
): AsyncGenerator<string[]> {
  const { target, name, shards } = context
  const fetch = await fetchOf(context, call)
  let after = range.after?.toLowerCase()
  const order = new IdOrder(target, name, after ?? '')
  let limit = context.pageSize ?? MOST_IDS
  for (;;) {
    call.signal?.throwIfAborted()
    const upTo = range.upTo?.toLowerCase()
    const bounds = { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }) }
    const asked = { ...fetch, limit, filters: conditionsFilter(conditions, bounds) }
    let reply: Buffer
    try {
      reply = await context.cluster.rpc(call, (grpcClient, signal) => grpcClient.search(asked, signal))
    } catch (thrown) {
      if (!isTooLarge(thrown) || limit === 1) throw thrown
      limit >>= 1
      continue
    }
    const ids = idsIn(reply, context, limit, order)
    await shards.requireServed(name, fetch.tenant, call)
    if (ids.length > 0) yield ids
    if (ids.length < limit) return
    after = ids.at(-1)!
  }
}

function idsIn(reply: Buffer, { target, name }: Context, limit: number, order: IdOrder): string[] {
  try {
    requireAtMost(limit, extentOf(reply).count, target, name)
    const ids: string[] = []
    for (const objects of objectsOf(reply, undefined)) {
      order.check(objects)
      for (const { id } of objects) ids.push(id)
    }
    return ids
  } catch (thrown) {
    if (!(thrown instanceof MalformedReply)) throw thrown
    throw wrongAnswer(target, `gives ids of ${name} that cannot be read: ${thrown.message}`, thrown)
  }
}

async function fetchOf(context: Context, call: CallOptions): Promise<Fetch> {
  const layout = await context.classes.layout(context.name, call)
  const what = { properties: [], vectors: false }
  return {
    collection: context.name,
    tenant: await context.classes.tenantOf(layout, call),
    limit: 0,
    after: '',
    filters: undefined,
    sortById: true,
    properties: propertiesRequest(layout, what),
    metadata: metadataRequest(layout, what),
    consistencyLevel: layout.replicated ? QUORUM : undefined,
  }
}
