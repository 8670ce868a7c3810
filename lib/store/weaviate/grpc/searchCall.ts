import { ChannelCredentials, createChannel, createClient, type Metadata } from 'nice-grpc'
import type { Node } from '../../target.ts'
import type { Fetch } from './messages.ts'
import { searchRequest } from './searchRequest.ts'

/** The longest answer that is taken: what servers send at most. */
const MAX_REPLY_BYTES = 104_858_000

/**
 * How much of an answer the server sends before it hears that it was taken. With the 64 KiB that HTTP/2 begins with, a
 * page stops and goes a hundred times, each time until the event loop is free: half of what a backup waited for.
 */
const WINDOW_BYTES = 8 * 1024 * 1024

/** The search of Weaviate's gRPC service, whose answers come as they are. @see objectsOf */
export interface SearchCall {
  search(
    fetch: Fetch,
    options: { readonly metadata: Metadata; readonly signal: AbortSignal },
  ): Promise<Buffer>
  close(): void
}

const SERVICE = {
  search: {
    path: '/weaviate.v1.Weaviate/Search',
    requestStream: false,
    responseStream: false,
    requestSerialize: searchRequest,
    requestDeserialize: notServed,
    responseSerialize: (reply: Buffer) => reply,
    responseDeserialize: (reply: Uint8Array) => reply as Buffer,
    options: {},
  },
} as const

/** Opens a channel of its own: the one that weaviate-client opens cannot be had, nor the bytes that come by it. */
export function openSearch({ grpc, grpcSecure }: Node): SearchCall {
  const credentials = grpcSecure ? ChannelCredentials.createSsl() : ChannelCredentials.createInsecure()
  const channel = createChannel(grpc, credentials, {
    'grpc.max_receive_message_length': MAX_REPLY_BYTES,
    'grpc-node.flow_control_window': WINDOW_BYTES,
    'grpc.enable_http_proxy': 0,
  })
  const client = createClient(SERVICE, channel)
  return { search: (fetch, options) => client.search(fetch, options), close: () => channel.close() }
}

function notServed(): never {
  throw new TypeError('this is the side that asks')
}
