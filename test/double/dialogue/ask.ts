import niceGrpc, { type Channel } from 'nice-grpc'
import { WeaviateDefinition } from '../grpc/wire.ts'
import type { Rpc } from './dialogue.ts'

/** Where a server listens. */
export interface Address {
  /** With scheme, without a path. */
  readonly http: string
  /** HOST:PORT. */
  readonly grpc: string
}

/** A reply as far as the tests look into it. */
export interface Reply {
  readonly results?: readonly Found[]
  readonly objects?: readonly { readonly uuid?: Uint8Array }[]
  readonly errors?: readonly { readonly index: number; readonly error: string }[]
  readonly matches?: number
  readonly singleResult?: { readonly objectsCount?: number }
}

interface Found {
  readonly metadata?: { readonly id: string }
  readonly properties?: { readonly nonRefProps?: { readonly fields: Record<string, object> } }
}

/** What a failed call throws. */
export interface CallError {
  readonly code: number
  readonly details: string
}

/** Bare RPCs: no retries, no time limit but the caller's, so that a test sees what the server did. */
export interface Caller {
  readonly channel: Channel
  call(rpc: Rpc, message: object, signal?: AbortSignal): Promise<Reply>
}

type Client = Record<string, (message: object, options: object) => Promise<Reply>>

/** Opens a channel of its own; with TLS where a certificate to trust is given. */
export function caller(address: Pick<Address, 'grpc'>, apiKey?: string, ca?: string): Caller {
  const { ChannelCredentials, createChannel, createClient, Metadata } = niceGrpc
  const credentials = ca === undefined ? undefined : ChannelCredentials.createSsl(Buffer.from(ca))
  const channel = createChannel(address.grpc, credentials)
  const client = createClient(WeaviateDefinition, channel) as unknown as Client
  const metadata = new Metadata(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` })
  return {
    channel,
    call: (rpc, message, signal) => client[rpc]!(message, { metadata, ...(signal && { signal }) }),
  }
}

/** A REST call with a JSON body. */
export function ask(address: Address, call: string, body?: unknown): Promise<Response> {
  const [method = 'GET', path = '/'] = call.split(' ')
  const sent = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(address.http + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: sent }),
  })
}
