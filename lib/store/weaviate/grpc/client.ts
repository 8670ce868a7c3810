import type { Metadata } from 'nice-grpc'
import type { ConnectionGRPC } from 'weaviate-client'
import { withoutProxies } from '../cluster/proxies.ts'
import { trusting, withoutOtherRoots } from '../cluster/tls.ts'
import type { AggregateReply, Batch, DeleteReply, GrpcClient, ObjectsReply, WireOptions } from './messages.ts'
import type { SearchCall } from './searchCall.ts'

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
