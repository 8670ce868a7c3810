import { withoutProxies } from '../cluster/proxies.ts'
import { withAuthorities, withoutOtherRoots } from '../cluster/tls.ts'
import { countIn, deletionsIn, refusalsIn } from './batchReply.ts'
import type { Calls, Metadata } from './calls.ts'
import { idFilter } from './filters.ts'
import { loadLibrary } from './library.ts'
import type { Batch, GrpcClient, GrpcOptions } from './messages.ts'

let loading: ReturnType<typeof load> | undefined

async function load() {
  const [{ ApiKey, ConnectionGRPC }, { openCalls }] = await Promise.all([loadLibrary(), import('./calls.ts')])
  return { ApiKey, ConnectionGRPC, openCalls }
}

/**
 * Opens the gRPC side of a node; sends nothing to the server yet. weaviate-client determines what goes with each call:
 * the key, the headers, its own name. The calls themselves are made here: those of the client repeat up to five times,
 * print a stack trace for each attempt, drop the status, cannot be canceled, copy every message, and turn any answer,
 * up to 100 MB, into objects.
 */
export async function openGrpc(options: GrpcOptions): Promise<GrpcClient> {
  loading ??= withoutOtherRoots(load)
  const { ApiKey, ConnectionGRPC, openCalls } = await loading
  const { node, apiKey, tls } = options
  const { authorities } = tls
  const made = () =>
    ConnectionGRPC.use({
      host: node.http,
      headers: { ...options.headers },
      ...(apiKey === undefined ? {} : { apiKey: new ApiKey(apiKey) }),
      grpcAddress: node.grpc,
      grpcSecure: node.grpcSecure,
      skipInitChecks: true,
    })
  const { connection } = await withAuthorities(authorities, () => withoutProxies(made))
  const metadata = metadataOf(await connection.batch(''))
  connection.close()
  return wireOver(metadata, openCalls(node, tls))
}

function metadataOf(batch: Batch): Metadata {
  const { metadata } = batch as unknown as { metadata?: Metadata }
  if (metadata !== undefined) return metadata
  throw new TypeError('this release of weaviate-client is built differently: 3.14 is needed')
}

function wireOver(metadata: Metadata, calls: Calls): GrpcClient {
  return {
    batchObjects: async (objects, signal) =>
      refusalsIn(await calls.objects(objects, { metadata, signal }), objects.length),
    batchDelete: async (collection, tenant, ids, signal) => {
      const deletion = { collection, tenant, filters: idFilter(ids) }
      return deletionsIn(await calls.remove(deletion, { metadata, signal }), ids.length)
    },
    search: (fetch, signal) => calls.search(fetch, { metadata, signal }),
    countObjects: async (counting, signal) => countIn(await calls.count(counting, { metadata, signal })),
    close: () => calls.close(),
  }
}
