/** How a pool processes its items. */
export interface PoolOptions {
  /** How many items are processed at once. */
  readonly workers: number
  /** Ends all work at once: each worker gets this through its own signal. */
  readonly signal?: AbortSignal | undefined
  /** Ends gracefully: takes no further item, and finishes those in progress. */
  readonly stop?: AbortSignal | undefined
}

/**
 * Processes items, several at once; each free worker takes the next one in order. If one fails, the signals of all
 * others are aborted with its error, and no further item is taken. Settles when no worker is running.
 * Memory: an item per worker. `items` is read only as fast as items are taken, and closed if some are left.
 * @throws the first error; the reason of `signal` or `stop` if it left items, or ended work in progress
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
        // Work abandoned because of `stop` does not keep the other workers from finishing.
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
