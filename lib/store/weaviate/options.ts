import { ElysiaError } from '../../core/errors.ts'
import type { Node } from '../target.ts'

/** How to reach a Weaviate cluster. */
export interface WeaviateOptions {
  /** The nodes of one cluster; calls go to them in turn. */
  readonly nodes: readonly Node[]
  /** The address for messages, without secrets. */
  readonly target: string
  /** Sent as a bearer token, by REST and gRPC. */
  readonly apiKey?: string
  /** Sent along with each request, such as the keys of vectorizer modules. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM certificates to trust in addition to Node's own, for REST and gRPC. */
  readonly caFile?: string
  /** PEM file of a certificate that identifies us to the server, with `keyFile`; only for https. */
  readonly certFile?: string
  /** PEM file of its private key, without a passphrase. */
  readonly keyFile?: string
  /** Calls at once, reads and writes together. 4. */
  readonly maxInFlight?: number
  /** How long one call may take. 60 000. */
  readonly timeoutMs?: number
  /** How long a node may take to answer the handshake. 5 000. */
  readonly connectTimeoutMs?: number
  /** Stops the handshake at once. */
  readonly signal?: AbortSignal
  /**
   * Objects per page, and ids per look-up. By default as many as make 4 to 8 MB; 500 ids with vectors, 1000 without.
   */
  readonly pageSize?: number
}

/** A client certificate makes no sense for a node with an unencrypted connection. @throws ElysiaError ELYSIA_USAGE */
export function requireSecure(nodes: readonly Node[]): void {
  const open = nodes.find(({ http, grpcSecure }) => !grpcSecure || !http.startsWith('https:'))
  if (open === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `${open.http} is not https, and takes no client certificate`, {
    hint: 'write https://HOST:PORT, or leave the certificate out',
  })
}

/** Refuses values that no header can hold, before any message could show them. */
export function requireSendable(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\x20-\x7e]+$/.test(value)) continue
    const what = name === 'authorization' ? 'the API key' : `the header ${name}`
    throw new ElysiaError('ELYSIA_USAGE', `${what} is empty or holds characters that cannot be sent`, {
      hint: 'printable ASCII only, on one line',
    })
  }
}
