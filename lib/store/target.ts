import { isIPv4 } from 'node:net'
import { resolve as absolute } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import { didYouMean, guessTarget } from '../core/suggest.ts'

/** One node of a Weaviate cluster: its HTTP address without `/v1`, its gRPC `HOST:PORT`. */
export interface Node {
  readonly http: string
  readonly grpc: string
  readonly grpcSecure: boolean
}

/** Where the collections are. `text` names it without secrets; equal texts mean the same store. */
export type Target =
  | { readonly kind: 'sqlite'; readonly text: string; readonly path: string }
  | { readonly kind: 'memory'; readonly text: string }
  | { readonly kind: 'weaviate'; readonly text: string; readonly nodes: readonly [Node, ...Node[]] }

const FORMS = 'a target is sqlite:PATH, memory:, http(s)://HOST:PORT[?grpc=HOST:PORT] or a configured name'

/**
 * Parses a target: `sqlite:PATH`, `memory:`, or the addresses of the nodes of one Weaviate cluster, comma-separated.
 * With or without `/v1`, a trailing slash or upper case, an address is the same.
 * @throws ElysiaError ELYSIA_USAGE if it is none of these, or contains a credential
 */
export function parseTarget(text: string): Target {
  if (text === 'memory:') return { kind: 'memory', text }
  if (text.startsWith('sqlite:')) return parseSqlite(text.slice('sqlite:'.length))
  if (/^https?:/i.test(text)) return parseWeaviate(text)
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]
  const schemes = ['sqlite:', 'memory:', 'http:', 'https:']
  const guess = guessTarget(text)
  const fallback = guess === undefined ? FORMS : `did you mean ${guess}?`
  const hint = scheme === undefined ? fallback : didYouMean(`${scheme}:`, schemes, fallback)
  throw new ElysiaError('ELYSIA_USAGE', `${scheme ?? text} is not a target`, { hint })
}

/** The addresses of a target with an unencrypted connection, except those of this machine. */
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

/** A node, and the normal form of its address. */
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

function parseGrpc(value: string | null, standard: string): string {
  if (value === null) return standard
  if (value.includes('@')) throw holdsCredential(standard)
  const host = standard.slice(0, standard.lastIndexOf(':'))
  const full = /^\d+$/.test(value) ? `${host}:${value}` : value
  const port = Number(/^(?:\[[0-9a-f:]+\]|[^:/@?#]+):(\d{1,5})$/i.exec(full)?.[1])
  if (port >= 1 && port <= 65_535) return full.toLowerCase()
  throw new ElysiaError('ELYSIA_USAGE', `grpc=${value} is not HOST:PORT`, {
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
  const subject = text.includes('@') ? 'the target' : text
  return new ElysiaError('ELYSIA_USAGE', `${subject} is not the address of a server`, { hint: FORMS })
}
