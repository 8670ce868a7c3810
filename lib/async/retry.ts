import { setTimeout as wait } from 'node:timers/promises'
import pRetry, { type RetryContext } from 'p-retry'
import { ElysiaError } from '../core/errors.ts'

/** A failed call that will be repeated. */
export interface Retry {
  /** The number of attempts so far, from 1. */
  readonly attempt: number
  readonly waitMs: number
  readonly error: ElysiaError
}

/** How often and how long a failed call is repeated. */
export interface RetryingOptions {
  /** How long after the first attempt the last one may begin. */
  readonly forMs: number
  /** The maximum number of attempts; by default only `forMs` limits them. */
  readonly tries?: number
  /** The first wait, before jitter. 250. */
  readonly minMs?: number
  /** The longest wait, unless the server asks for a longer one. 15 000. */
  readonly maxMs?: number
  /**
   * True if later calls may change the same things: then the first repeat waits even after an error with `retryAtOnce`,
   * since the server may still be doing what was asked over the connection that broke.
   */
  readonly ordered?: boolean
  readonly onRetry?: (retry: Retry) => void
  /** Ends a wait at once, and rejects with its reason. A call in flight handles the signal itself. */
  readonly signal?: AbortSignal
}

/** Repeats a call until it succeeds or is given up. `signal` ends the waits of this call alone. */
export type Retrying = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/**
 * Repeats calls that fail with an ElysiaError marked `retryable`; other errors are thrown unchanged.
 *
 * Waits double from `minMs` to `maxMs`, with up to as much again added at random, and last at least the error's
 * `retryAfterMs`; after an error with `retryAtOnce` there is no first wait, unless `ordered`. No wait exceeds `forMs`: the last attempt is made at its end, and its error is thrown unchanged.
 */
export function retrying(options: RetryingOptions): Retrying {
  return (call, own) =>
    attempt(call, own === undefined ? options : { ...options, signal: both(options, own) })
}

function both({ signal }: RetryingOptions, own: AbortSignal): AbortSignal {
  return signal === undefined ? own : AbortSignal.any([signal, own])
}

function attempt<T>(call: () => Promise<T>, options: RetryingOptions): Promise<T> {
  const { forMs, tries = Number.POSITIVE_INFINITY, signal } = options
  const deadline = performance.now() + forMs
  return pRetry(call, {
    retries: tries - 1,
    // All waiting is done in `shouldRetry`: p-retry's own limit of time leaves out the last attempt where a timer is late.
    minTimeout: 0,
    signal,
    shouldRetry: (failure) => failure.attemptNumber < tries && waitsOut(failure, deadline, options),
  })
}

/**
 * Like `retrying`, but an error that is still retryable at the end becomes ELYSIA_UNREACHABLE, because it has been
 * retried long enough.
 */
export function retryUntilDeadline(options: RetryingOptions): Retrying {
  const retry = retrying(options)
  return async (call, signal) => {
    try {
      return await retry(call, signal)
    } catch (error) {
      throw error instanceof ElysiaError && error.retryable ? retriesExhausted(error, options.forMs) : error
    }
  }
}

function retriesExhausted(error: ElysiaError, forMs: number): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', `gave up after ${forMs / 1000} s: ${error.message}`, {
    cause: error,
    hint: error.hint ?? 'when the store answers again, run the same command: it continues where it stopped',
  })
}

/** Decides whether to repeat; waits, at least for as long as the server asked, but not beyond the deadline. */
async function waitsOut(
  { error, attemptNumber }: RetryContext,
  deadline: number,
  options: RetryingOptions,
): Promise<boolean> {
  if (!(error instanceof ElysiaError && error.retryable)) return false
  const leftMs = Math.max(0, deadline - performance.now())
  // A timer may fire a fraction of a millisecond early, which leaves no time for another attempt.
  if (leftMs < 1) return false
  const isPrompt = error.retryAtOnce && attemptNumber === 1 && options.ordered !== true
  const backoff = isPrompt ? 0 : backoffMs(attemptNumber, options)
  const waitMs = Math.min(leftMs, Math.max(backoff, error.retryAfterMs ?? 0))
  options.onRetry?.({ attempt: attemptNumber, waitMs: Math.ceil(waitMs), error })
  await pause(waitMs, options.signal)
  return true
}

function backoffMs(attempt: number, { minMs = 250, maxMs = 15_000 }: RetryingOptions): number {
  return Math.min(maxMs, Math.round(minMs * 2 ** (attempt - 1) * (1 + Math.random())))
}

/** p-retry checks the signal after this, and rejects with its reason. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}
