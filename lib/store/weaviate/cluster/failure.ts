import { DeadlineError } from '../../../async/deadline.ts'
import { ElysiaError, type ErrorDetails, messageOf } from '../../../core/errors.ts'
import { maskSecrets } from '../../../core/secrets.ts'
import type { WriteOutcome } from '../../store.ts'
import { TAKEN } from '../../validation/classRules.ts'
import type { RestReply } from '../rest/request.ts'
import { proxyHint } from './proxies.ts'
import { isQuota, retryAfter, textOf } from './replyText.ts'
import {
  boundedText,
  containsAny,
  isDeletionConflict,
  isForbidden,
  isMissing,
  isRefused,
  isTaken,
  isTransient,
  isUsedUp,
  lacksCopies,
} from './serverText.ts'
import { ASKS_FOR_CERTIFICATE, tlsHint } from './tlsHint.ts'

/** The gRPC status codes that matter here. @see https://grpc.io/docs/guides/status-codes/ */
const STATUS = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

const CONNECTION = ['rst_stream', 'connection dropped', 'stream closed', 'goaway']
/** A connection was open, and ended before the answer did. */
const BROKEN = /ECONNRESET|EPIPE|socket hang up|connection dropped|stream closed|rst_stream|goaway/i
/** No TLS connection could be agreed: final. */
const CERTIFICATE =
  /certificate|self-signed|wrong version number|packet length too long|SSL routines|EPROTO|(?:ssl|tls)\S* alert\b|alert number|_ALERT_/i
/** No server was reached: the rest of the message is a host name. */
const NO_CONNECTION = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)\b|Name resolution failed/
/** The channel tells of its attempts to connect. */
const NOT_CONNECTED = /No connection established/
/** The answer is not HTTP, for example from a gRPC server to a REST client. */
const OTHER_PROTOCOL = /HPE_INVALID|Parse Error: Expected HTTP|Last error: Protocol error/

/** True if a message was larger than one side accepts, or a page longer than the server allows. */
export function isTooLarge(thrown: unknown): boolean {
  return /message (with a size )?larger than/i.test(messageIn(thrown)) || isTooLong(thrown)
}

/** True if a page had more objects than the server allows, whatever their size. */
export function isTooLong(thrown: unknown): boolean {
  return /query maximum results exceeded/i.test(messageIn(thrown))
}

/** True if nothing of the call can have reached the server. */
export function neverSent(failure: ElysiaError): boolean {
  return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.test(failure.message)
}

/** True for the error of a call whose connection was open, and ended before the answer did. */
export function isConnectionBroken(thrown: unknown): boolean {
  const text = messageIn(thrown)
  return BROKEN.test(text) && !NOT_CONNECTED.test(text)
}

/** The outcome of an object that the server refused with this message. */
export function refusedOutcome(text: string): WriteOutcome {
  const outcome = { ok: false, reason: maskSecrets(boundedText(text)) } as const
  return isTransient(outcome.reason) ? { ...outcome, retryable: true } : outcome
}

/** True if the server knows the key, but does not allow it this call. */
export function lacksRight({ cause, message }: ElysiaError): boolean {
  return (isRpcError(cause) && cause.code === STATUS.PERMISSION_DENIED) || isForbidden(message)
}

/** The error for a server message about one object that applies to the entire call. */
export function wholeFailure(text: string, address: string): ElysiaError {
  const reason = boundedText(text)
  const message = `${address}: ${reason}`
  return isRefused(reason) ? refusedRight(message, !isForbidden(reason)) : byWords(reason, message)
}

/** The error for what a gRPC or HTTP call to `address` threw. Never contains a credential. */
export function failureOf(thrown: unknown, address: string): ElysiaError {
  if (thrown instanceof ElysiaError) return thrown
  if (thrown instanceof DeadlineError) return unreachable(address, thrown.message, thrown)
  if (isRpcError(thrown)) return rpcFailure(thrown, address)
  if (isSystemError(thrown)) return unreachable(address, systemText(thrown), thrown)
  return new ElysiaError('ELYSIA_STORE', `${address}: ${boundedText(messageOf(thrown))}`, { cause: thrown })
}

/** True if bytes came, but in another protocol. */
export function isOtherProtocol({ message }: ElysiaError): boolean {
  return OTHER_PROTOCOL.test(message)
}

/** The error for an unexpected answer; `doing` says what was requested, and from where. */
export function replyFailure(reply: RestReply, address: string, doing: string): ElysiaError {
  const text = textOf(reply)
  const message = `${doing}: ${address} answers ${reply.status}${text === '' ? '' : `: ${text}`}`
  const { status } = reply
  const waits = retryAfter(reply)
  if (status === 401 || status === 403) return refusedRight(message, status === 401)
  if (status === 429)
    return new ElysiaError('ELYSIA_STORE', message, { retryable: !isQuota(reply), ...waits })
  if (isDeletionConflict(text)) return new DeletionConflict(message)
  if (lacksCopies(text)) return withoutCopies(message, undefined)
  if (isTransient(text)) return new ElysiaError('ELYSIA_STORE', message, { retryable: true, ...waits })
  if (status >= 502 && status <= 504) {
    return new ElysiaError('ELYSIA_UNREACHABLE', message, { retryable: true, ...waits })
  }
  return byWords(text, message)
}

/** The error for a store without a reachable node; each failure names its node. */
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
  const { code } = error
  const details = boundedText(error.details).replace(/\.? Resolution note: $/, '')
  const message = `${address}: ${details === '' ? boundedText(error.message) : details}`
  const final: ErrorDetails = { cause: error }
  const later: ErrorDetails = { cause: error, retryable: true }
  const forbidden = code === STATUS.PERMISSION_DENIED || isForbidden(details)
  if (forbidden || code === STATUS.UNAUTHENTICATED || isRefused(details)) {
    return refusedRight(message, !forbidden, error)
  }
  if (code === STATUS.DEADLINE_EXCEEDED) return unreachable(address, details, error)
  if (lacksCopies(details)) return withoutCopies(message, error)
  if (isTransient(details) || isPassing(code, error)) return new ElysiaError('ELYSIA_STORE', message, later)
  if (code === STATUS.UNAVAILABLE || containsAny(details, CONNECTION))
    return unreachable(address, details, error)
  if (code === STATUS.UNIMPLEMENTED) return unknownCall(address, error)
  return byWords(details, message, final)
}

/** Replicas disagree whether an object was deleted: no quorum of them returns it. */
export class DeletionConflict extends ElysiaError {
  constructor(message: string) {
    super('ELYSIA_STORE', message, {
      hint: 'its `deletionStrategy` keeps the server from deciding: set TimeBasedResolution in the replicationConfig of the class',
    })
  }
}

/** The error for a server that can be reached while nodes behind it cannot. */
function withoutCopies(message: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', message, {
    cause,
    retryable: true,
    hint: 'a node that holds copies of these objects is down: run the same command when it is back',
  })
}

/** Status codes by which a server or a proxy says: not now. The size of a message is not transient. */
function isPassing(code: number, error: RpcError & Error): boolean {
  if (code === STATUS.RESOURCE_EXHAUSTED) return !isTooLarge(error) && !isUsedUp(error.details)
  return code === STATUS.CANCELLED || code === STATUS.ABORTED
}

function unreachable(address: string, why: string, cause: unknown): ElysiaError {
  const untrusted = CERTIFICATE.test(why) && !NO_CONNECTION.test(why)
  const other = OTHER_PROTOCOL.test(why)
  const hint = hintFor(untrusted, other, address, why)
  return new ElysiaError('ELYSIA_UNREACHABLE', `${address} cannot be reached: ${boundedText(why)}`, {
    cause,
    retryable: !untrusted && !other,
    ...(isConnectionBroken(cause) && { retryAtOnce: true }),
    ...(hint === undefined ? {} : { hint }),
  })
}

function hintFor(untrusted: boolean, other: boolean, address: string, why: string): string | undefined {
  if (untrusted) return tlsHint(why)
  if (other) return 'something else answers there: is it the right port? http://HOST:PORT?grpc=HOST:PORT'
  if (address.startsWith('https:') && /ECONNRESET|socket hang up/.test(why)) return ASKS_FOR_CERTIFICATE
  return proxyHint(address)
}

function refusedRight(message: string, unknown: boolean, cause?: unknown): ElysiaError {
  const hint = unknown ? 'set ELYSIACTL_API_KEY to a key that the server knows' : 'the key lacks this right'
  return new ElysiaError('ELYSIA_REFUSED', message, { cause, hint })
}

function unknownCall(address: string, cause: RpcError & Error): ElysiaError {
  const message = `${address} speaks gRPC, but is not a Weaviate server that knows this call: ${boundedText(cause.details)}`
  return new ElysiaError('ELYSIA_UNREACHABLE', message, {
    cause,
    hint: 'name the gRPC address with ?grpc=HOST:PORT behind the URL',
  })
}

/** The kind of failure, according to the server's message. */
function byWords(text: string, message: string, details: ErrorDetails = {}): ElysiaError {
  if (isMissing(text)) return new ElysiaError('ELYSIA_NOT_FOUND', message, details)
  if (!isTaken(text)) return new ElysiaError('ELYSIA_STORE', message, details)
  return new ElysiaError('ELYSIA_CONFLICT', message, { ...details, hint: TAKEN })
}

function isRpcError(thrown: unknown): thrown is RpcError & Error {
  const { code, details } = (thrown ?? {}) as { code?: unknown; details?: unknown }
  return thrown instanceof Error && typeof code === 'number' && typeof details === 'string'
}

function messageIn(thrown: unknown): string {
  return detailsOf(thrown instanceof ElysiaError ? (thrown.cause ?? thrown) : thrown)
}

function detailsOf(thrown: unknown): string {
  return isRpcError(thrown) ? thrown.details : messageOf(thrown)
}

function isSystemError(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'string'
}

/** The text of a system error: that of its code if it has none, as the AggregateError of several addresses. */
function systemText({ code, message }: { readonly code: string; readonly message: string }): string {
  return message.includes(code) ? message : `${code}${message === '' ? '' : `: ${message}`}`
}
