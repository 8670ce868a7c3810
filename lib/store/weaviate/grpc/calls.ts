import { ChannelCredentials, type ChannelOptions, createChannel, createClient, Metadata } from 'nice-grpc'
import { publishRequest } from '../../../core/channel/requests.ts'
import type { Node } from '../../target.ts'
import type { Tls } from '../cluster/tls.ts'
import { batchDeleteRequest, batchObjectsRequest, countRequest, type Deletion } from './batchRequest.ts'
import { Connections } from './connections.ts'
import type { BatchObject, CountRequest, SearchQuery } from './messages.ts'
import { searchRequest } from './searchRequest.ts'

export type { Metadata }

/** The longest message that is sent or accepted: the most that servers send. */
const MAX_MESSAGE_BYTES = 104_858_000

/**
 * How much of an answer the server may send before it is acknowledged (the HTTP/2 window). With the initial 64 KiB of
 * HTTP/2 a page stops a hundred times, each time until the event loop is free: half of a backup's waiting time.
 */
const WINDOW_BYTES = 8 * 1024 * 1024

/** The most connections for pages, and as many for everything else. */
const MOST_CONNECTIONS = 8

interface Options {
  readonly metadata: Metadata
  readonly signal: AbortSignal
}

/** Calls of Weaviate's gRPC service that return their answers as bytes. @see decode.ts and batchReply.ts */
export interface Calls {
  search(fetch: SearchQuery, options: Options): Promise<Buffer>
  objects(objects: readonly BatchObject[], options: Options): Promise<Buffer>
  remove(deletion: Deletion, options: Options): Promise<Buffer>
  count(counting: CountRequest, options: Options): Promise<Buffer>
  close(): void
}

const SEARCHING = service({ search: unary('Search') })
const WRITING = service({
  objects: unary('BatchObjects'),
  remove: unary('BatchDelete'),
  count: unary('Aggregate'),
})

/** In the form of generated code: with its other form nice-grpc copies each answer before it is read. */
function service<Methods>(methods: Methods) {
  return { name: 'Weaviate', fullName: 'weaviate.v1.Weaviate', methods }
}

/** A unary call with bytes; `name` is the service's method. */
function unary(name: string) {
  return {
    name,
    requestType: {
      encode: (request: Uint8Array) => ({ finish: () => request }),
      decode: (): Uint8Array => notServed(),
    },
    requestStream: false,
    responseType: {
      encode: (_reply: Buffer) => notServed(),
      decode: (reply: Uint8Array) => reply as Buffer,
    },
    responseStream: false,
    options: {},
  } as const
}

/**
 * Opens connections for pages and others for everything else, so that pages and writes do not wait for each other. They
 * are our own: weaviate-client gives no access to its channel, nor to the bytes that it receives.
 */
export function openCalls(node: Node, tls: Tls): Calls {
  const pages = new Connections(
    MOST_CONNECTIONS,
    () => channelTo(node, tls, { 'grpc-node.flow_control_window': WINDOW_BYTES }),
    (channel) => createClient(SEARCHING, channel),
  )
  const others = new Connections(
    MOST_CONNECTIONS,
    () => channelTo(node, tls, {}),
    (channel) => createClient(WRITING, channel),
  )
  const call = (name: string, send: Send, request: Uint8Array, { metadata, signal }: Options) =>
    publishRequest(
      { server: node.grpc, protocol: 'grpc', name, sentBytes: request.length },
      (headers) => send(request, { metadata: withHeaders(metadata, headers), signal }),
      ({ length }) => ({ receivedBytes: length }),
    )
  const write =
    (method: 'objects' | 'remove' | 'count'): Send =>
    (request, options) =>
      others.call((client) => client[method](request, options))
  return {
    search: async (fetch, options) =>
      call(
        'Search',
        (request, sending) => pages.call((client) => client.search(request, sending)),
        searchRequest(fetch),
        options,
      ),
    objects: async (objects, options) =>
      call('BatchObjects', write('objects'), batchObjectsRequest(objects), options),
    remove: async (deletion, options) =>
      call('BatchDelete', write('remove'), batchDeleteRequest(deletion), options),
    count: async (counting, options) => call('Aggregate', write('count'), countRequest(counting), options),
    close: () => {
      pages.close()
      others.close()
    },
  }
}

type Send = (request: Uint8Array, options: Options) => Promise<Buffer>

function withHeaders(metadata: Metadata, headers: Readonly<Record<string, string>>): Metadata {
  const entries = Object.entries(headers)
  if (entries.length === 0) return metadata
  const own = new Metadata(metadata)
  for (const [name, value] of entries) own.set(name, value)
  return own
}

function channelTo({ grpc, grpcSecure }: Node, tls: Tls, options: ChannelOptions) {
  const credentials = grpcSecure ? secured(tls) : ChannelCredentials.createInsecure()
  return createChannel(grpc, credentials, {
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_http_proxy': 0,
    // Otherwise channels to the same address share one connection.
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  })
}

function secured({ authorities, identity }: Tls): ChannelCredentials {
  const roots = authorities === undefined ? null : Buffer.from(authorities.join('\n'))
  if (identity === undefined) return ChannelCredentials.createSsl(roots)
  return ChannelCredentials.createSsl(roots, Buffer.from(identity.key), Buffer.from(identity.cert))
}

function notServed(): never {
  throw new TypeError('this is the side that asks')
}
