/** The error for a call that was given up: the server did not answer in time. */
export class DeadlineError extends Error {
  readonly limitMs: number

  constructor(limitMs: number) {
    super(`no answer within ${Number((limitMs / 1000).toPrecision(2))} s`)
    this.limitMs = limitMs
  }
}

/**
 * Runs `work` with a signal that aborts after `limitMs` or with any of `signals`, and then stops waiting at once,
 * whether or not the work reacts to the signal. Rejects with a DeadlineError, or with the reason of the signal.
 */
export async function withDeadline<T>(
  limitMs: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const release = follow(controller, signals)
  const timer = setTimeout(() => controller.abort(new DeadlineError(limitMs)), limitMs)
  try {
    controller.signal.throwIfAborted()
    return await abortable(work(controller.signal), controller.signal)
  } finally {
    clearTimeout(timer)
    release()
  }
}

/**
 * Settles like the promise, or rejects with the signal's reason as soon as it aborts; the promise's later result is
 * dropped.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const settle = <V>(finish: (value: V) => void) => {
      return (value: V) => {
        signal.removeEventListener('abort', stop)
        finish(value)
      }
    }
    promise.then(
      settle(resolve),
      settle((error: unknown) => reject(signal.aborted ? signal.reason : error)),
    )
  })
}

/** Removes its listeners again: a run's signal outlives millions of calls. */
function follow(controller: AbortController, signals: readonly (AbortSignal | undefined)[]): () => void {
  const ends = signals.flatMap((signal) => {
    if (signal === undefined) return []
    const stop = () => controller.abort(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    return [() => signal.removeEventListener('abort', stop)]
  })
  return () => {
    for (const end of ends) end()
  }
}
