import type { ConnectionGRPC } from 'weaviate-client'
import type { Node } from '../../target.ts'

export type Batch = Awaited<ReturnType<ConnectionGRPC['batch']>>
type Search = Awaited<ReturnType<ConnectionGRPC['search']>>
type Aggregate = Awaited<ReturnType<ConnectionGRPC['aggregate']>>
type SearchArgs = Parameters<Search['withFetch']>[0]

/** The messages of Weaviate's gRPC service, as the client's own types have them. */
export type BatchObject = Parameters<Batch['withObjects']>[0]['objects'][number]
export type ObjectsReply = Awaited<ReturnType<Batch['withObjects']>>
export type DeleteReply = Awaited<ReturnType<Batch['withDelete']>>
export type Filters = NonNullable<Parameters<Batch['withDelete']>[0]['filters']>
export type PropertiesRequest = NonNullable<SearchArgs['properties']>
export type MetadataRequest = NonNullable<SearchArgs['metadata']>
export type AggregateReply = Awaited<ReturnType<Aggregate['withFetch']>>

/** Which objects to fetch: those that the filter names, or those after an id. */
export interface Fetch {
  readonly collection: string
  readonly tenant: string
  readonly limit: number
  readonly after: string
  readonly filters: Filters | undefined
  readonly properties: PropertiesRequest
  readonly metadata: MetadataRequest
  readonly consistencyLevel: ConsistencyLevel | undefined
}

/** @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/base.proto (ConsistencyLevel) */
export const QUORUM = 2
export type ConsistencyLevel = typeof QUORUM

/**
 * One node's gRPC side. Each call is made once, ends with its signal, and throws the transport's own error,
 * with its status as `code` and the server's words as `details`.
 */
export interface GrpcClient {
  batchObjects(objects: readonly BatchObject[], signal: AbortSignal): Promise<ObjectsReply>
  /** Answers the ids that were there. */
  batchDelete(collection: string, tenant: string, filters: Filters, signal: AbortSignal): Promise<DeleteReply>
  /** Answers the bytes of a SearchReply. */
  search(fetch: Fetch, signal: AbortSignal): Promise<Buffer>
  countObjects(collection: string, tenant: string, signal: AbortSignal): Promise<AggregateReply>
  /** Calls in flight come to their end; nothing stays open. */
  close(): void
}

export interface WireOptions {
  readonly node: Node
  readonly apiKey: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly authorities: readonly string[] | undefined
}
