import type { StoreCondition } from '../condition.ts'
import type { CallOptions, Range } from '../store.ts'
import type { NodeOrder } from './cluster/cluster.ts'
import { isTooLarge } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { extentOf, objectsOf } from './grpc/decode.ts'
import { conditionsFilter } from './grpc/filters.ts'
import { type GrpcClient, QUORUM, type SearchQuery } from './grpc/messages.ts'
import { MalformedReply } from './grpc/protobuf.ts'
import { IdOrder, requireAtMost, wrongAnswer } from './rest/answer.ts'
import { metadataRequest, propertiesRequest } from './schema/layout.ts'

/** The default of QUERY_MAXIMUM_RESULTS: a server with a lower limit says so, and is asked for half as many. */
const MOST_IDS = 10_000

/**
 * The ids that a search with these conditions finds, in order, page after page: each page begins after the last id of
 * the one before, because the server's cursor takes no conditions. With several replicas two are asked, and ids found
 * by either count: one may have missed a write. Memory: a page of ids of each.
 * @throws ElysiaError ELYSIA_STORE if the server cannot answer a condition, or returns ids out of order
 */
export async function* idsWhere(
  context: Context,
  conditions: readonly StoreCondition[],
  range: Range,
  call: CallOptions,
): AsyncGenerator<string[]> {
  const fetch = await fetchOf(context, call)
  const node = context.cluster.nextNode()
  const orders: NodeOrder[] = fetch.consistencyLevel === undefined ? [{}] : [{ first: node }, { last: node }]
  let after = range.after?.toLowerCase()
  let limit = context.pageSize ?? MOST_IDS
  for (;;) {
    call.signal?.throwIfAborted()
    const upTo = range.upTo?.toLowerCase()
    const bounds = { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }) }
    const request = { ...fetch, limit, filters: conditionsFilter(conditions, bounds) }
    const idsByOrder: string[][] = []
    try {
      for (const order of orders) idsByOrder.push(await idsOfOne(context, request, order, call, after))
    } catch (thrown) {
      if (!isTooLarge(thrown) || limit === 1) throw thrown
      limit >>= 1
      continue
    }
    await context.shards.requireServed(context.name, fetch.tenant, call)
    // After the last id of a full page there may be more.
    const ends = idsByOrder.filter((ids) => ids.length >= limit).map((ids) => ids.at(-1)!)
    const end = ends.sort()[0]
    const ids = idsByOrder.length === 1 ? idsByOrder[0]! : [...new Set(idsByOrder.flat())].sort()
    const sure = end === undefined ? ids : ids.filter((id) => id <= end)
    if (sure.length > 0) yield sure
    if (end === undefined) return
    after = end
  }
}

async function idsOfOne(
  context: Context,
  asked: SearchQuery,
  nodes: NodeOrder,
  call: CallOptions,
  after: string | undefined,
): Promise<string[]> {
  const search = (grpcClient: GrpcClient, signal: AbortSignal) => grpcClient.search(asked, signal)
  const reply = await context.cluster.rpc(call, search, nodes)
  return idsIn(reply, context, asked.limit, new IdOrder(context.target, context.name, after ?? ''))
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

async function fetchOf(context: Context, call: CallOptions): Promise<SearchQuery> {
  const layout = await context.classes.layout(context.name, call)
  const projection = { properties: [], vectors: false }
  return {
    collection: context.name,
    tenant: await context.classes.tenantOf(layout, call),
    limit: 0,
    after: '',
    filters: undefined,
    sortById: true,
    properties: propertiesRequest(layout, projection),
    metadata: metadataRequest(layout, projection),
    consistencyLevel: layout.replicated ? QUORUM : undefined,
  }
}
