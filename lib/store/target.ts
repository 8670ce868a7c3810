import { isIPv4 } from 'node:net'
import { resolve as absolute } from 'node:path'
import type { Retry } from '../async/retry.ts'
import { ElysiaError } from '../core/errors.ts'
import { rememberSecrets } from '../core/secrets.ts'
import { didYouMean } from '../core/suggest.ts'
import type { Store } from './store.ts'

/** One node of a Weaviate cluster: its HTTP address without `/v1`, its gRPC `HOST:PORT`. */
export interface Node {
  readonly http: string
  readonly grpc: string
  readonly grpcSecure: boolean
}

/** Where the collections live. `text` names it without secrets; equal texts mean the same store. */
export type Target =
  | { readonly kind: 'sqlite'; readonly text: string; readonly path: string }
  | { readonly kind: 'memory'; readonly text: string }
  | { readonly kind: 'weaviate'; readonly text: string; readonly nodes: readonly [Node, ...Node[]] }

/** How a store is reached: never part of the target itself, so that no target holds a secret. */
export interface Access {
  readonly apiKey?: string
  /** Sent along with each request, such as the keys of vectorizer modules. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string
  readonly maxInFlight?: number
  readonly timeoutMs?: number
}

/** How a store is opened. */
export interface OpenOptions {
  /** What to do where the file of an embedded store is not there; it is made unless told. */
  readonly missing?: 'make' | 'refuse' | 'memory'
  /** How long a server that is away is waited for, in milliseconds; it is asked once unless told. */
  readonly retryForMs?: number
  /** Told of every wait. */
  readonly onRetry?: (retry: Retry) => void
  /** Calls at once that a server is asked for; as many as its store makes by itself unless told. */
  readonly maxInFlight?: number
  /** Ends the opening at once, rejecting with its reason. */
  readonly signal?: AbortSignal
}

const FORMS = 'a target is sqlite:PATH, memory:, http(s)://HOST:PORT[?grpc=HOST:PORT] or a configured name'

/**
 * What a target's text means: `sqlite:PATH`, `memory:`, or the addresses of the nodes of one Weaviate
 * cluster, comma-separated. With or without `/v1`, a trailing slash or upper case, an address is the same.
 * @throws ElysiaError ELYSIA_USAGE where it is none of these, or holds a credential
 */
export function parseTarget(text: string): Target {
  if (text === 'memory:') return { kind: 'memory', text }
  if (text.startsWith('sqlite:')) return parseSqlite(text.slice('sqlite:'.length))
  if (/^https?:/i.test(text)) return parseWeaviate(text)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]
  const known = ['sqlite:', 'memory:', 'http:', 'https:']
  const hint = scheme === undefined ? FORMS : didYouMean(`${scheme}:`, known, FORMS)
  throw new ElysiaError('ELYSIA_USAGE', `${scheme ?? text} is no kind of target`, { hint })
}

/** The addresses of a target to which nothing is encrypted on its way, but for those of this machine. */
export function addressesInTheOpen(target: Target): string[] {
  if (target.kind !== 'weaviate') return []
  return target.nodes.flatMap(({ http, grpc, grpcSecure }) => {
    const { protocol, host, hostname } = new URL(http)
    const rpcHost = grpc.slice(0, grpc.lastIndexOf(':'))
    const rest = protocol === 'http:' && !isLoopback(hostname) ? [host] : []
    return grpcSecure || isLoopback(rpcHost) ? rest : [...rest, grpc]
  })
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIPv4(name) && name.startsWith('127.'))
  )
}

/**
 * Opens the store of a target; what it needs is loaded only now.
 * @throws ElysiaError of the store; ELYSIA_UNREACHABLE where a server stays away for longer than `retryForMs`
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
  const open = () => openWeaviate({ nodes, target: text, ...access, ...more })
  if (retryForMs === undefined) return open()
  return retryUntilDeadline({ forMs: retryForMs, ...(onRetry && { onRetry }), ...(signal && { signal }) })(
    open,
  )
}

function parseSqlite(path: string): Target {
  if (path === '') throw new ElysiaError('ELYSIA_USAGE', 'sqlite: names no file', { hint: 'sqlite:PATH' })
  const file = absolute(path)
  return { kind: 'sqlite', text: `sqlite:${file}`, path: file }
}

function parseWeaviate(text: string): Target {
  const addresses = text.split(',').map((part) => parseNode(part.trim()))
  const [first, ...rest] = addresses
  const canonical = addresses.map(([, name]) => name).join(',')
  return { kind: 'weaviate', text: canonical, nodes: [first![0], ...rest.map(([node]) => node)] }
}

/** A node, and its address in the one form that all ways of writing it share. */
function parseNode(text: string): [Node, string] {
  if (!URL.canParse(text) || !/^https?:/i.test(text)) throw malformed(text)
  const url = new URL(text)
  refuseSecrets(url)
  const secure = url.protocol === 'https:'
  const standard = defaultGrpc(url, secure)
  const grpc = parseGrpc(url.searchParams.get('grpc'), standard)
  const http = url.origin + url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  return [{ http, grpc, grpcSecure: secure }, grpc === standard ? http : `${http}?grpc=${grpc}`]
}

/** @see https://docs.weaviate.io/weaviate/client-libraries/typescript (gRPC beside a cloud's REST address) */
function defaultGrpc(url: URL, secure: boolean): string {
  const port = secure ? 443 : 50051
  if (url.hostname.endsWith('.weaviate.cloud')) return `grpc-${url.hostname}:${port}`
  if (!url.hostname.endsWith('.weaviate.network')) return `${url.hostname}:${port}`
  const [cluster, ...zone] = url.hostname.split('.')
  return `${cluster}.grpc.${zone.join('.')}:${port}`
}

function parseGrpc(given: string | null, standard: string): string {
  if (given === null) return standard
  if (given.includes('@')) throw holdsCredential(standard)
  const host = standard.slice(0, standard.lastIndexOf(':'))
  const full = /^\d+$/.test(given) ? `${host}:${given}` : given
  const port = Number(/^(?:\[[0-9a-f:]+\]|[^:/@?#]+):(\d{1,5})$/i.exec(full)?.[1])
  if (port >= 1 && port <= 65_535) return full.toLowerCase()
  throw new ElysiaError('ELYSIA_USAGE', `grpc=${given} is no HOST:PORT`, {
    hint: 'write ?grpc=HOST:PORT, such as ?grpc=localhost:50051',
  })
}

function refuseSecrets(url: URL): void {
  if (url.username === '' && url.password === '' && secretParameter(url) === undefined) {
    const unknownParameter = [...url.searchParams.keys()].find((key) => key !== 'grpc')
    if (unknownParameter === undefined) return
    throw new ElysiaError('ELYSIA_USAGE', `${url.origin} has an unknown parameter ${unknownParameter}`, {
      hint: 'a target takes ?grpc=HOST:PORT and nothing else',
    })
  }
  throw holdsCredential(url.host)
}

function holdsCredential(host: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the address of ${host} holds a credential`, {
    hint: 'addresses are seen by others: set ELYSIACTL_API_KEY, or give --api-key-file FILE',
  })
}

function secretParameter(url: URL): string | undefined {
  return [...url.searchParams.keys()].find((key) => /key|token|secret|password|auth/i.test(key))
}

function malformed(text: string): ElysiaError {
  const shown = text.includes('@') ? 'the target' : text
  return new ElysiaError('ELYSIA_USAGE', `${shown} is no address of a server`, { hint: FORMS })
}
