/** How a pool works through its items. */
export interface PoolOptions {
  /** How many items are worked on at once. */
  readonly workers: number
  /** Ends all work at once: each worker sees it in the signal that it is given. */
  readonly signal?: AbortSignal | undefined
  /** Ends it well: no further item is taken, and what is being worked on is finished. */
  readonly stop?: AbortSignal | undefined
}

/**
 * Works on items, several at once, each taken in order when a worker is free. Where one fails, the signal of all
 * others is aborted with its error, and no further item is taken. Settles when no worker runs any more.
 * Memory: an item for each worker. `items` is read no faster than they are taken, and closed where some are left.
 * @throws the first error; the reason of `signal` or `stop` where it left items, or ended the work on one
 */
export async function pool<T>(
  items: Iterable<T>,
  { workers, signal, stop }: PoolOptions,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const stopped = new AbortController()
  const ended = () => failed.signal.aborted || stopped.signal.aborted
  const ownSignal = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const queue = items[Symbol.iterator]()
  const worker = async () => {
    while (!ended()) {
      try {
        const next = queue.next()
        if (next.done === true) return
        ownSignal.throwIfAborted()
        stop?.throwIfAborted()
        await work(next.value, ownSignal)
      } catch (error) {
        // Work that was given up because of `stop` does not keep the others from finishing theirs.
        if (stop?.aborted === true && error === stop.reason) stopped.abort(error)
        else failed.abort(error)
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, worker))
  if (ended()) queue.return?.()
  failed.signal.throwIfAborted()
  stopped.signal.throwIfAborted()
}
