import type { CallOptions, Projection } from '../store.ts'
import type { Context } from './context.ts'
import { type GrpcClient, QUORUM, type SearchQuery } from './grpc/messages.ts'
import { MalformedReply } from './grpc/protobuf.ts'
import { wrongAnswer } from './rest/answer.ts'
import type { RestReading } from './rest/read.ts'
import { metadataRequest, propertiesRequest } from './schema/layout.ts'

/** What a read requests, in the terms of both protocols. */
export interface ServerRead extends RestReading {
  readonly fetch: SearchQuery
  /** gRPC resolves references, and omits those whose object is gone. */
  readonly byRest: boolean
}

/** The request for a read, in the terms of both protocols. */
export async function serverRead(
  context: Context,
  projection: Projection,
  call: CallOptions,
): Promise<ServerRead> {
  const layout = await context.classes.layout(context.name, call)
  const tenant = await context.classes.tenantOf(layout, call)
  const fetch: SearchQuery = {
    collection: context.name,
    tenant,
    limit: 0,
    after: '',
    filters: undefined,
    properties: propertiesRequest(layout, projection),
    metadata: metadataRequest(layout, projection),
    consistencyLevel: layout.replicated ? QUORUM : undefined,
  }
  const byRest = projection.references === true && layout.references.size > 0
  return { context, layout, tenant, projection, call, fetch, byRest }
}

/** The reply of a search, with what this call asks in addition. */
export function replyOf({ context, fetch, call }: ServerRead, asked: Partial<SearchQuery>): Promise<Buffer> {
  const search = (grpcClient: GrpcClient, signal: AbortSignal) =>
    grpcClient.search({ ...fetch, ...asked }, signal)
  return context.cluster.rpc(call, search, context.nodes)
}

/** The error for an answer that cannot be read: the server's fault, and not worth repeating. */
export function unreadableReply(thrown: unknown, { target, name }: Context): unknown {
  if (!(thrown instanceof MalformedReply)) return thrown
  return wrongAnswer(target, `gives objects of ${name} that cannot be read: ${thrown.message}`, thrown)
}
