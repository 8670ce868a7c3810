import type { Retry } from '../async/retry.ts'
import { rememberSecrets } from '../core/secrets.ts'
import type { Store } from './store.ts'
import type { Target } from './target.ts'

/**
 * Opens the store of a target; loads its modules only now.
 * @throws ElysiaError of the store; ELYSIA_UNREACHABLE if a server stays unreachable for longer than `retryForMs`
 */
export async function openStore(
  target: Target,
  access: Access = {},
  { missing = 'make', ...waiting }: OpenOptions = {},
): Promise<Store> {
  switch (target.kind) {
    case 'memory':
      return (await import('./memory/store.ts')).openMemory()
    case 'sqlite':
      return (await import('./sqlite/store.ts')).openSqlite(target.path, { missing })
    case 'weaviate':
      return openServer(target, access, waiting)
  }
}

async function openServer(
  { nodes, text }: Extract<Target, { kind: 'weaviate' }>,
  access: Access,
  { retryForMs, onRetry, maxInFlight, signal }: OpenOptions,
): Promise<Store> {
  const [{ openWeaviate }, { retryUntilDeadline }] = await Promise.all([
    import('./weaviate/store.ts'),
    import('../async/retry.ts'),
  ])
  rememberSecrets([access.apiKey, ...Object.values(access.headers ?? {})])
  const more = { ...(maxInFlight !== undefined && { maxInFlight }), ...(signal && { signal }) }
  const timeoutMs = callTimeoutMs(retryForMs)
  const open = () => openWeaviate({ nodes, target: text, timeoutMs, ...access, ...more })
  if (retryForMs === undefined) return open()
  return retryUntilDeadline({ forMs: retryForMs, ...(onRetry && { onRetry }), ...(signal && { signal }) })(
    open,
  )
}

/** How long a call may take, unless that is longer than a store that does not answer is waited for. */
const MOST_CALL_MS = 60_000
/** A batch for which a server makes vectors takes seconds: whoever waits for less still means it to succeed. */
const LEAST_CALL_MS = 10_000

/** How long one call may take: one that hangs must not outlast the time for which calls are repeated. */
export function callTimeoutMs(retryForMs = 0): number {
  return retryForMs === 0 ? MOST_CALL_MS : Math.min(MOST_CALL_MS, Math.max(LEAST_CALL_MS, retryForMs))
}

/** How to reach a store: never part of the target itself, so that no target contains a secret. */
export interface Access {
  readonly apiKey?: string
  /** Sent along with each request, such as the keys of vectorizer modules. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string
  /** PEM files of a certificate by which the server knows us, and of its private key. */
  readonly certFile?: string
  readonly keyFile?: string
  readonly maxInFlight?: number
  /** How long one call may take; by default as long as failed calls are repeated, 10 to 60 s. */
  readonly timeoutMs?: number
}

/** How to open a store. */
export interface OpenOptions {
  /** What to do if the file of an embedded store does not exist. Default `make`. */
  readonly missing?: 'make' | 'refuse' | 'memory'
  /** How long to wait for an unreachable server, in milliseconds. By default it is tried once. */
  readonly retryForMs?: number
  /** Called before every wait. */
  readonly onRetry?: (retry: Retry) => void
  /** How many calls to a server may be in flight. Default: that of its store. */
  readonly maxInFlight?: number
  /** Stops the opening at once; the promise rejects with its reason. */
  readonly signal?: AbortSignal
}
