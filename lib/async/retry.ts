import { setTimeout as wait } from 'node:timers/promises'
import pRetry, { type RetryContext } from 'p-retry'
import { ElysiaError } from '../core/errors.ts'

/** A call that failed and will be made again. */
export interface Retry {
  /** How often it has been tried, from 1. */
  readonly attempt: number
  readonly waitMs: number
  readonly error: ElysiaError
}

export interface RetryingOptions {
  /** How long after the first attempt a last one may begin. */
  readonly forMs: number
  /** How often it is tried at most; without it as often as `forMs` allows. */
  readonly tries?: number
  /** The first wait, before jitter. 250. */
  readonly minMs?: number
  /** The longest wait, unless the server asks for a longer one. 15 000. */
  readonly maxMs?: number
  readonly onRetry?: (retry: Retry) => void
  /** Ends a wait at once, rejecting with its reason. A call in flight listens to the signal itself. */
  readonly signal?: AbortSignal
}

/** Makes a call until it succeeds or is given up. `signal` ends the waits of this call alone. */
export type Retrying = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/**
 * Repeats calls that fail with an ElysiaError marked `retryable`; what else they throw passes as it is.
 *
 * Waits double from `minMs` to `maxMs`, each up to twice as long by chance, and are at least the error's
 * `retryAfterMs`. No wait outlasts `forMs`: a last attempt is made when that is over, and its error is
 * thrown as it is.
 */
export function retrying(options: RetryingOptions): Retrying {
  return (call, own) =>
    attempt(call, own === undefined ? options : { ...options, signal: both(options, own) })
}

function both({ signal }: RetryingOptions, own: AbortSignal): AbortSignal {
  return signal === undefined ? own : AbortSignal.any([signal, own])
}

function attempt<T>(call: () => Promise<T>, options: RetryingOptions): Promise<T> {
  const { forMs, tries = Number.POSITIVE_INFINITY, minMs = 250, maxMs = 15_000, signal } = options
  const deadline = performance.now() + forMs
  return pRetry(call, {
    retries: tries - 1,
    factor: 2,
    randomize: true,
    minTimeout: minMs,
    maxTimeout: maxMs,
    maxRetryTime: forMs,
    signal,
    // It waits what a server asked for: not after the last try.
    shouldRetry: (failure) => failure.attemptNumber < tries && waitsOut(failure, deadline, options),
  })
}

/**
 * As `retrying`, but what is still worth repeating when the time is over ends as ELYSIA_UNREACHABLE: by then it
 * has been repeated enough.
 */
export function retryUntilDeadline(options: RetryingOptions): Retrying {
  const retry = retrying(options)
  return async (call, signal) => {
    try {
      return await retry(call, signal)
    } catch (error) {
      throw error instanceof ElysiaError && error.retryable ? givenUp(error, options.forMs) : error
    }
  }
}

function givenUp(error: ElysiaError, forMs: number): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', `gave up after ${forMs / 1000} s: ${error.message}`, {
    cause: error,
    hint: error.hint ?? 'when the store answers again, give the same command: it goes on where it stopped',
  })
}

/** Whether to repeat; waits the time that the server asked for beyond the wait that follows anyway. */
async function waitsOut(failure: RetryContext, deadline: number, options: RetryingOptions): Promise<boolean> {
  const { error, attemptNumber, retryDelay } = failure
  if (!(error instanceof ElysiaError && error.retryable)) return false
  const leftMs = Math.max(0, deadline - performance.now())
  // A timer may end a fraction of a millisecond early: that is no time for one more attempt.
  if (leftMs < 1) return false
  const ownMs = Math.min(retryDelay, leftMs)
  const waitMs = Math.max(ownMs, Math.min(error.retryAfterMs ?? 0, leftMs))
  options.onRetry?.({ attempt: attemptNumber, waitMs: Math.ceil(waitMs), error })
  if (waitMs > ownMs) await pause(waitMs - ownMs, options.signal)
  return true
}

/** p-retry looks at the signal after this, and rejects with its reason. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}
