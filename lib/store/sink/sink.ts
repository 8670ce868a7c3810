import { Writable } from 'node:stream'
import type { AdaptiveLimit } from '../../async/adaptiveLimit.ts'
import { type Retry, type Retrying, type RetryingOptions, retryUntilDeadline } from '../../async/retry.ts'
import type { Item } from '../../core/entry.ts'
import type { Outcome, Settlement } from '../../core/outcome.ts'
import type { Sink } from '../../core/stage.ts'
import type { Store } from '../store.ts'
import { applyGroup } from './apply.ts'
import { batchOf } from './chunk.ts'
import { IdLocks, Sequencer } from './order.ts'
import { RetryingCollection, type WriteLimits } from './retryingCollection.ts'
import { IDENTITY_SHAPE, type StorageShape } from './shape.ts'
import { type WriteGroup, writeGroups } from './writeGroup.ts'

/** Settings of a sink; each has a default. */
export interface SinkOptions {
  /**
   * How many groups may be in flight, or a limit that adapts. Default 2. A store with transactions takes one batch at a
   * time.
   */
  readonly workers?: number | AdaptiveLimit
  /** False to send every object, even if the store already has its record hash. Default true. */
  readonly skipUnchanged?: boolean
  /** How records' objects are changed before storing. Default: not at all. */
  readonly shape?: StorageShape | undefined
  /** How many groups may be in flight or wait for an earlier one to be settled. Default five times `workers`. */
  readonly unsettled?: number
  /**
   * The most objects in one write call, and the approximate number of characters of content; by default a whole group.
   */
  readonly writeAtMost?: WriteLimits
  /** How long to wait for an unreachable store, in milliseconds. Default 120 000. */
  readonly retryForMs?: number
  /** The first wait between two attempts, in milliseconds; it doubles. Default 250. */
  readonly retryMinMs?: number
  /**
   * True to let consecutive batches share a transaction, if the store has them. For a caller whose `onSettled` writes
   * settlements into the store, and who relies only on those: a failure undoes a few batches before it.
   */
  readonly sharedTransactions?: boolean
  /** Called once batches that were settled in a shared transaction are durable. */
  readonly onCommitted?: () => void
  /** Called before each batch; if it throws, the sink ends, and the batches before it stay settled. */
  readonly onBatch?: () => void
  /** Once aborted, nothing more is started: batches and groups that are not in flight yet stay unsettled. */
  readonly stop?: AbortSignal
  /** Called before every wait. */
  readonly onRetry?: (retry: Retry) => void
  /** Called once for each tenant before it is first read or written. */
  readonly onTenant?: (tenant: string) => Promise<void>
  /** Called with the number of groups in flight whenever it changes. */
  readonly onInFlight?: (units: number) => void
  /**
   * Called with each settlement in order of the input, one at a time; the sink waits for it. It sees only acknowledged
   * writes. In a store with transactions it is part of its batch's transaction.
   */
  readonly onSettled?: (settlement: Settlement) => void | Promise<void>
}

/**
 * Batches of operations → a collection; the result equals applying the records one after another.
 *
 * Within a group the last state of an id wins, no id is in two groups in flight, and an operation that reads stored
 * state waits until what touched its ids is settled (order.ts says why). Transient errors are waited out and the calls
 * repeated; an object that the store refuses for good becomes its record's outcome. Memory: `workers` groups running
 * and four times as many waiting to be settled, each at most a batch.
 * @throws ElysiaError ELYSIA_UNREACHABLE if the store stays unreachable for longer than retryForMs; ELYSIA_USAGE for a
 * chunk that is no batch of items, before anything in it is written.
 */
export function sink(store: Store, collection: string, options: SinkOptions = {}): Sink<readonly Item[]> {
  return new StoreSink(store, collection, options)
}

class StoreSink extends Writable {
  readonly #store: Store
  readonly #options: SinkOptions
  readonly #limit: AdaptiveLimit | undefined
  readonly #retry: Retrying
  readonly #calls: RetryingCollection
  readonly #abort = new AbortController()
  readonly #idLocks = new IdLocks()
  readonly #order: Sequencer
  readonly #running = new Set<Promise<unknown>>()
  readonly #uncommitted = new Set<Promise<void>>()
  readonly #tenants = new Set<string>()
  /** True while an open transaction may be waiting for more work. */
  #mayShare = false

  constructor(store: Store, collection: string, options: SinkOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#store = store
    this.#options = options
    this.#limit = typeof options.workers === 'object' ? options.workers : undefined
    this.#order = new Sequencer(options.onSettled ?? (() => {}))
    this.#retry = retryUntilDeadline({ ...waits(options, this.#limit), signal: this.#abort.signal })
    this.#calls = new RetryingCollection(
      store.collection(collection),
      this.#retry,
      this.#abort.signal,
      options.writeAtMost,
    )
  }

  override _write(chunk: unknown, _: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#take(chunk).then(() => callback(), callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    Promise.all(this.#uncommitted)
      .then(() => this.#commit())
      .then(() => callback(), callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#abort.abort(error ?? undefined)
    Promise.allSettled([...this.#running, ...this.#uncommitted])
      .then(() => this.#commit())
      .then(
        () => callback(error),
        // That the run was stopped does not explain why its last writes are lost.
        (failed) => callback(error?.name === 'AbortError' ? failed : (error ?? failed)),
      )
  }

  async #take(chunk: unknown): Promise<void> {
    const batch = batchOf(chunk)
    await (this.#store.transaction ? this.#inTransaction(batch) : this.#inFlight(batch))
  }

  get #workers(): number {
    const { workers = 2 } = this.#options
    return typeof workers === 'number' ? workers : workers.count
  }

  get #unsettled(): number {
    return this.#options.unsettled ?? 5 * this.#workers
  }

  get #stopped(): boolean {
    return this.#options.stop?.aborted === true
  }

  /** Writes a batch in a transaction: the entire batch and its settlement are one durable step, or part of one. */
  async #inTransaction(batch: readonly Item[]): Promise<void> {
    if (batch.length === 0 || this.#stopped) return
    const { sharedTransactions: shared = false, onBatch, onCommitted } = this.#options
    const onLost = (error: unknown) => this.destroy(error as Error)
    const work = async () => {
      this.#abort.signal.throwIfAborted()
      onBatch?.()
      const outcomes: Outcome[] = []
      for (const group of writeGroups(batch)) outcomes.push(...(await this.#apply(group)))
      await this.#order.add(Promise.resolve(settlement(outcomes)))
    }
    const step = this.#store.transaction!(work, { shared, onLost, ...(onCommitted && { onCommitted }) })
    this.#mayShare ||= shared
    this.#hold(step, this.#running)
    await step
  }

  /** Commits the last transaction: nothing more joins it. */
  async #commit(): Promise<void> {
    if (!this.#mayShare) return
    this.#mayShare = false
    await this.#store.transaction!(async () => {})
  }

  /** Resolves once the batch's groups have started, each as soon as order and memory allow. */
  async #inFlight(batch: readonly Item[]): Promise<void> {
    for (const group of writeGroups(batch)) {
      while (this.#running.size >= this.#workers) await Promise.race(this.#running)
      while (this.#uncommitted.size >= this.#unsettled) await Promise.race(this.#uncommitted)
      await this.#idLocks.free(group)
      if (this.#stopped) return
      this.#start(group)
    }
  }

  #start(group: WriteGroup): void {
    const end = this.#limit?.begin()
    const applied = this.#apply(group)
    const done = applied.then(() => {}).finally(end)
    const committed = this.#order.add(applied.then(settlement))
    const task = { group, done, committed }
    this.#idLocks.take(task)
    this.#hold(done, this.#running)
    this.#hold(committed, this.#uncommitted)
    committed.then(
      () => this.#idLocks.release(task),
      (error) => this.destroy(error),
    )
  }

  async #apply(group: WriteGroup): Promise<Outcome[]> {
    await this.#prepareTenants(group)
    const { skipUnchanged = true, shape = IDENTITY_SHAPE } = this.#options
    return applyGroup(group, { calls: this.#calls, skipUnchanged, shape, signal: this.#abort.signal })
  }

  async #prepareTenants(group: WriteGroup): Promise<void> {
    const { onTenant } = this.#options
    if (onTenant === undefined) return
    for (const tenant of new Set(group.touched.values())) {
      if (tenant === undefined || this.#tenants.has(tenant)) continue
      await this.#retry(() => onTenant(tenant))
      this.#tenants.add(tenant)
    }
  }

  #hold<T>(promise: Promise<T>, among: Set<Promise<unknown>> | Set<Promise<void>>): void {
    const set = among as Set<Promise<unknown>>
    const notify = () => set === this.#running && this.#options.onInFlight?.(set.size)
    set.add(promise)
    notify()
    const drop = () => {
      set.delete(promise)
      notify()
    }
    promise.then(drop, drop)
  }
}

function settlement(outcomes: readonly Outcome[]): Settlement {
  const { line, end } = outcomes[outcomes.length - 1]!.item
  return { outcomes, end: { line, end } }
}

function waits(
  { retryForMs = 120_000, retryMinMs = 250, onRetry }: SinkOptions,
  limit: AdaptiveLimit | undefined,
): RetryingOptions {
  return {
    forMs: retryForMs,
    minMs: retryMinMs,
    ordered: true,
    onRetry: (retry) => {
      // A connection that broke says nothing of the server's capacity.
      if (!retry.error.retryAtOnce) limit?.refused()
      onRetry?.(retry)
    },
  }
}
