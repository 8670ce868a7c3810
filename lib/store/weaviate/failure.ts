import { ElysiaError, type ErrorCode, type ErrorDetails, messageOf } from '../../errors.ts'
import type { WriteOutcome } from '../store.ts'
import { DeadlineError } from './deadline.ts'
import { jsonOf, type RestReply } from './rest.ts'

/** gRPC status codes that decide anything. @see https://grpc.io/docs/guides/status-codes/ */
const STATUS = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/**
 * Parts of the server's texts, in lower case. Nearly all its errors have the status UNKNOWN or 500 and only
 * the text tells them apart. @see https://github.com/weaviate/weaviate/blob/v1.39.0/entities/errors/transient.go
 * and `isTransientReplicationError` in adapters/handlers/grpc/v1/batch/worker.go
 */
const TRANSIENT = [
  'not enough memory',
  'store is read-only',
  'read-only mode is enabled',
  'no space left on device',
  'cannot reach enough replicas',
  'too many requests',
  'leader not found',
  'node not ready',
  'local schema to catch up',
  'maintenance mode',
  'connect: post',
  'resolve node name',
  'client connection is closing',
  'status code: 404, error: request not found',
  'connection refused',
  'connection reset',
  'broken pipe',
  'context deadline exceeded',
  'i/o timeout',
]
/** Read-only for a reason that waiting does not end. */
const LASTING = ['manually set by user', 'update vector index config']
const CONNECTION = ['rst_stream', 'connection dropped', 'stream closed', 'goaway']
const NOT_FOUND = ['could not find class', 'class not found', 'tenant not found', 'not present in schema']
/** The tenant is there, and has to be activated before anything of it can be read or written. */
const INACTIVE = ['tenant not active']
const CONFLICT = ['already exists', 'found similar class', 'already in use or provided multiple times']
/** The key is not known; the gRPC side says so with the status UNKNOWN. */
const UNKNOWN_KEY = ['extract auth:', 'unauthorized: ', 'anonymous access not enabled']
/** Vectorizer modules pass on refusals of other servers, which are not meant. */
const LACKS_RIGHT = /forbidden action|user '[^']*' has insufficient permissions/i
const CERTIFICATE = /certificate|self-signed|wrong version number|packet length too long|SSL routines|EPROTO/i

/** True for a text of the server that says: the same may succeed later. */
export function isTransient(text: string): boolean {
  return mentions(text, TRANSIENT) && !mentions(text, LASTING)
}

/** True for a text that says that the collection or the tenant is not there. */
export function isMissing(text: string): boolean {
  return mentions(text, NOT_FOUND) || /class "[^"]*"(?:: not found| does not exist)/.test(text)
}

/** True for a text that says that the tenant cannot be read or written as it is. */
export function isTenantInactive(text: string): boolean {
  return mentions(text, INACTIVE)
}

/** True for a text that says that the key is not known, or may not do this. */
export function isRefused(text: string): boolean {
  return mentions(text, UNKNOWN_KEY) || isForbidden(text)
}

/** A message was larger than one side takes, or a page longer than the server gives. */
export function isTooLarge(thrown: unknown): boolean {
  return /message (with a size )?larger than/i.test(saidBy(thrown)) || isTooLong(thrown)
}

/** A page was longer than the server gives, whatever its objects. */
export function isTooLong(thrown: unknown): boolean {
  return /query maximum results exceeded/i.test(saidBy(thrown))
}

/** True where nothing of the call can have reached the server. */
export function neverSent(failure: ElysiaError): boolean {
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.test(failure.message)
}

/** What became of an object that the server refused with these words. */
export function refusal(reason: string): WriteOutcome {
  return isTransient(reason) ? { ok: false, reason, retryable: true } : { ok: false, reason }
}

/** True for a call whose key is known, and may not do this. */
export function lacksRight({ cause, message }: ElysiaError): boolean {
  return (isRpcError(cause) && cause.code === STATUS.PERMISSION_DENIED) || isForbidden(message)
}

/** The error for words of the server about one object that hold for the whole call. */
export function wholeFailure(reason: string, address: string): ElysiaError {
  const message = `${address}: ${reason}`
  return isRefused(reason) ? refused(message, !isForbidden(reason)) : new ElysiaError(codeOf(reason), message)
}

/** The error for what a gRPC or HTTP call to `address` threw. Never holds a credential. */
export function failureOf(thrown: unknown, address: string): ElysiaError {
  if (thrown instanceof ElysiaError) return thrown
  if (thrown instanceof DeadlineError) return unreachable(address, thrown.message, thrown)
  if (isRpcError(thrown)) return rpcFailure(thrown, address)
  if (isSystemError(thrown)) return unreachable(address, systemText(thrown), thrown)
  return new ElysiaError('ELYSIA_STORE', `${address}: ${messageOf(thrown)}`, { cause: thrown })
}

/** The error for an answer that is not the expected one; `doing` says what was asked, and of what. */
export function replyFailure(reply: RestReply, address: string, doing: string): ElysiaError {
  const said = textOf(reply)
  const message = `${doing}: ${address} answers ${reply.status}${said === '' ? '' : `: ${said}`}`
  const { status } = reply
  const waits = retryAfter(reply)
  if (status === 401 || status === 403) return refused(message, status === 401)
  if (status === 429)
    return new ElysiaError('ELYSIA_STORE', message, { retryable: !isQuota(reply), ...waits })
  if (isTransient(said)) return new ElysiaError('ELYSIA_STORE', message, { retryable: true, ...waits })
  if (status >= 502 && status <= 504) {
    return new ElysiaError('ELYSIA_UNREACHABLE', message, { retryable: true, ...waits })
  }
  return new ElysiaError(codeOf(said), message)
}

/** The error for a store none of whose nodes can be reached; each failure names its node. */
export function allUnreachable(target: string, failures: readonly ElysiaError[]): ElysiaError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first
  const each = failures.map(({ message }) => message).join('; ')
  const retryable = failures.some((failure) => failure.retryable)
  return new ElysiaError('ELYSIA_UNREACHABLE', `no node of ${target} can be reached: ${each}`, {
    retryable,
    cause: first,
  })
}

interface RpcError {
  readonly code: number
  readonly details: string
}

function rpcFailure(error: RpcError & Error, address: string): ElysiaError {
  const { code, details } = error
  const message = `${address}: ${details === '' ? error.message : details}`
  const final: ErrorDetails = { cause: error }
  const later: ErrorDetails = { cause: error, retryable: true }
  const forbidden = code === STATUS.PERMISSION_DENIED || isForbidden(details)
  if (forbidden || code === STATUS.UNAUTHENTICATED || isRefused(details)) {
    return refused(message, !forbidden, error)
  }
  if (code === STATUS.DEADLINE_EXCEEDED) return unreachable(address, details, error)
  if (isTransient(details) || code === STATUS.CANCELLED)
    return new ElysiaError('ELYSIA_STORE', message, later)
  if (code === STATUS.UNAVAILABLE || mentions(details, CONNECTION))
    return unreachable(address, details, error)
  if (code === STATUS.UNIMPLEMENTED) return notWeaviate(address, error)
  return new ElysiaError(codeOf(details), message, final)
}

function unreachable(address: string, why: string, cause: unknown): ElysiaError {
  const untrusted = CERTIFICATE.test(why)
  return new ElysiaError('ELYSIA_UNREACHABLE', `${address} cannot be reached: ${why}`, {
    cause,
    retryable: !untrusted,
    ...(untrusted ? { hint: 'is it https, and is its authority trusted? --ca-file names one more' } : {}),
  })
}

function refused(message: string, unknown: boolean, cause?: unknown): ElysiaError {
  const hint = unknown ? 'set ELYSIACTL_API_KEY to a key that the server knows' : 'the key lacks this right'
  return new ElysiaError('ELYSIA_REFUSED', message, { cause, hint })
}

function notWeaviate(address: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', `${address} speaks gRPC, but is no Weaviate`, {
    cause,
    hint: 'name the gRPC address with ?grpc=HOST:PORT behind the URL',
  })
}

function codeOf(text: string): ErrorCode {
  if (isMissing(text)) return 'ELYSIA_NOT_FOUND'
  return mentions(text, CONFLICT) ? 'ELYSIA_CONFLICT' : 'ELYSIA_STORE'
}

function isForbidden(text: string): boolean {
  return LACKS_RIGHT.test(text)
}

function mentions(text: string, parts: readonly string[]): boolean {
  const lower = text.toLowerCase()
  return parts.some((part) => lower.includes(part))
}

function isRpcError(thrown: unknown): thrown is RpcError & Error {
  const { code, details } = (thrown ?? {}) as { code?: unknown; details?: unknown }
  return thrown instanceof Error && typeof code === 'number' && typeof details === 'string'
}

function saidBy(thrown: unknown): string {
  return detailsOf(thrown instanceof ElysiaError ? (thrown.cause ?? thrown) : thrown)
}

function detailsOf(thrown: unknown): string {
  return isRpcError(thrown) ? thrown.details : messageOf(thrown)
}

function isSystemError(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'string'
}

/** An AggregateError of several addresses has a code and no text. */
function systemText({ code, message }: { readonly code: string; readonly message: string }): string {
  return message.includes(code) ? message : `${code}${message === '' ? '' : `: ${message}`}`
}

/** The server's own words: `{error: [{message}]}`, `{message}` or plain text; at most 2000 characters. */
function textOf(reply: RestReply): string {
  const body = jsonOf(reply)
  const { error, message } = (body ?? {}) as { error?: unknown; message?: unknown }
  const listed = Array.isArray(error) ? error.map((entry) => (entry as { message?: unknown }).message) : []
  const texts = [...listed, message].filter((text) => typeof text === 'string')
  return (texts.length > 0 ? texts.join('; ') : reply.text.trim()).slice(0, 2000)
}

/** A usage limit, which no waiting ends, names itself. */
function isQuota(reply: RestReply): boolean {
  const body = jsonOf(reply)
  return typeof body === 'object' && body !== null && 'errorCode' in body
}

/** `Retry-After` is seconds or a date. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter({ retryAfter }: RestReply): { retryAfterMs?: number } {
  if (retryAfter === undefined) return {}
  const seconds = Number(retryAfter)
  const waitMs = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1000
  return Number.isNaN(waitMs) ? {} : { retryAfterMs: Math.max(0, Math.round(waitMs)) }
}
