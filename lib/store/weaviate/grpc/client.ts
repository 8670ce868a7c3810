import type { Metadata } from 'nice-grpc'
import type { ConnectionGRPC } from 'weaviate-client'
import type { Node } from '../../target.ts'
import { withoutProxies } from '../cluster/proxies.ts'
import { trusting, withoutOtherRoots } from '../cluster/tls.ts'
import type { SearchCall } from './searchCall.ts'

type Batch = Awaited<ReturnType<ConnectionGRPC['batch']>>
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

interface Options {
  readonly metadata: Metadata
  readonly signal: AbortSignal
}

/** The client's generated stub, as far as it is used. */
interface Stub {
  batchObjects(request: object, options: Options): Promise<ObjectsReply>
  batchDelete(request: object, options: Options): Promise<DeleteReply>
  aggregate(request: object, options: Options): Promise<AggregateReply>
}

let loading: ReturnType<typeof load> | undefined

async function load() {
  const [{ ApiKey, ConnectionGRPC }, { openSearch }] = await Promise.all([
    import('weaviate-client'),
    import('./searchCall.ts'),
  ])
  return { ApiKey, ConnectionGRPC, openSearch }
}

/**
 * Opens the gRPC side of a node, through weaviate-client; asks nothing of the server yet.
 *
 * The calls go to the stub below the client's `Batch`: the methods above it repeat a call up to five times,
 * print a stack trace for each try, drop the status, cannot be cancelled and copy every message.
 */
export async function openWire(options: WireOptions): Promise<GrpcClient> {
  loading ??= withoutOtherRoots(load)
  const { ApiKey, ConnectionGRPC, openSearch } = await loading
  const { node, apiKey, authorities } = options
  const made = () =>
    ConnectionGRPC.use({
      host: node.http,
      headers: { ...options.headers },
      ...(apiKey === undefined ? {} : { apiKey: new ApiKey(apiKey) }),
      grpcAddress: node.grpc,
      grpcSecure: node.grpcSecure,
      skipInitChecks: true,
    })
  const { connection } = await trusting(authorities, () => withoutProxies(made))
  const searching = trusting(authorities, () => openSearch(node))
  return wireOver(connection, ...stubOf(await connection.batch('')), searching)
}

function stubOf(batch: Batch): [Stub, Metadata] {
  const { connection, metadata } = batch as unknown as { connection?: Stub; metadata?: Metadata }
  if (typeof connection?.batchObjects === 'function' && metadata !== undefined) return [connection, metadata]
  throw new TypeError('this release of weaviate-client is built differently: 3.14 is needed')
}

function wireOver(
  connection: ConnectionGRPC,
  stub: Stub,
  metadata: Metadata,
  searching: SearchCall,
): GrpcClient {
  return {
    batchObjects: (objects, signal) => stub.batchObjects({ objects }, { metadata, signal }),
    batchDelete: (collection, tenant, filters, signal) => {
      const request = { collection, tenant: tenant || undefined, filters, verbose: true, dryRun: false }
      return stub.batchDelete(request, { metadata, signal })
    },
    search: (fetch, signal) => searching.search(fetch, { metadata, signal }),
    countObjects: (collection, tenant, signal) => {
      const request = { collection, tenant, objectsCount: true, aggregations: [] }
      return stub.aggregate(request, { metadata, signal })
    },
    close: () => {
      connection.close()
      searching.close()
    },
  }
}
