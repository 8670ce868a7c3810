import type { Node } from '../../target.ts'
import type { Tls } from '../cluster/tls.ts'
import type { ConnectionGRPC } from './library.ts'

/** The batch calls of the client’s gRPC connection. */
export type Batch = Awaited<ReturnType<ConnectionGRPC['batch']>>
type Search = Awaited<ReturnType<ConnectionGRPC['search']>>
type SearchArgs = Parameters<Search['withFetch']>[0]

/** The messages of Weaviate's gRPC service, as the client's own types have them. */
export type BatchObject = Parameters<Batch['withObjects']>[0]['objects'][number]
export type Filters = NonNullable<Parameters<Batch['withDelete']>[0]['filters']>
export type PropertiesRequest = NonNullable<SearchArgs['properties']>
export type MetadataRequest = NonNullable<SearchArgs['metadata']>

/** An object that a server refused, by its index in the message. */
export interface BatchRefusal {
  readonly index: number
  readonly error: string
}

/** The outcome of a deletion of one object. */
export interface DeletionOutcome {
  readonly id: string
  readonly successful: boolean
  readonly error: string
}

/** The outcomes of a deletion, and how many objects matched. */
export interface DeletionReply {
  readonly matches: number
  readonly successful: number
  readonly failed: number
  readonly objects: readonly DeletionOutcome[]
}

/** Which objects to fetch: those that the filter selects, in order of id if requested, or those after an id. */
export interface SearchQuery {
  readonly collection: string
  readonly tenant: string
  readonly limit: number
  readonly after: string
  readonly filters: Filters | undefined
  readonly sortById?: true
  readonly properties: PropertiesRequest
  readonly metadata: MetadataRequest
  readonly consistencyLevel: ConsistencyLevel | undefined
}

/** Which objects to count: all in a collection or tenant, or those that the filter selects. */
export interface CountRequest {
  readonly collection: string
  readonly tenant: string
  readonly filters?: Filters
}

/**
 * The consistency level at which a majority of the copies answers.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/base.proto (ConsistencyLevel)
 */
export const QUORUM = 2
type ConsistencyLevel = typeof QUORUM

/**
 * One node's gRPC side. Makes each call once, ends it with its signal, and throws the transport's own error, with its
 * status as `code` and the server's message as `details`.
 */
export interface GrpcClient {
  /** Resolves with the refusals; at most one more than there are objects. */
  batchObjects(objects: readonly BatchObject[], signal: AbortSignal): Promise<BatchRefusal[]>
  /** Resolves with the ids that existed; at most one more than requested. */
  batchDelete(
    collection: string,
    tenant: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<DeletionReply>
  /** Resolves with the bytes of a SearchReply. */
  search(fetch: SearchQuery, signal: AbortSignal): Promise<Buffer>
  /** Resolves with undefined if the server returns no count. */
  countObjects(counting: CountRequest, signal: AbortSignal): Promise<number | undefined>
  /** Aborts calls in flight; nothing stays open. */
  close(): void
}

/** Options of a gRPC connection to a node. */
export interface GrpcOptions {
  readonly node: Node
  readonly apiKey: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly tls: Tls
}
