import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Source } from '../core/stage.ts'

/** The items of one or both sides at one place in the order; never neither. */
export interface Pair<T> {
  readonly left?: T
  readonly right?: T
}

/** One of the two sides of a join. */
export type Side = 'left' | 'right'

/** The order of the items of both sides. */
export interface MergeJoinOptions<T> {
  /** Less than 0 if the first comes before the second, 0 if they belong together, otherwise more. */
  compare(one: T, other: T): number
  /** Makes the error for an item that does not come after the previous one: out of order, or a duplicate. */
  outOfOrder(side: Side, item: T, before: T): Error
  /** Once aborted, the join errors with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** Pages of one side of a join, in strictly increasing order. */
export type JoinSide<T> = AsyncIterable<readonly T[]>

/**
 * Two sides in order → pages of pairs in order: items that belong together form one pair, an item on one side only
 * forms a pair with that side alone. Such a pair is emitted only after the other side has passed its place, or has
 * ended without an error. Opens neither side before the first read. At its end, on an error and on `destroy`, both
 * sides are destroyed. Memory: a page of each side; a page of pairs holds no more items than these two.
 * Errors: those of the sides; that of `outOfOrder`.
 */
export function mergeJoin<T>(
  left: JoinSide<T>,
  right: JoinSide<T>,
  options: MergeJoinOptions<T>,
): Source<readonly Pair<T>[]> {
  return new MergeJoin(left, right, options)
}

class MergeJoin<T> extends Readable {
  readonly #left: SideReader<T>
  readonly #right: SideReader<T>
  readonly #compare: MergeJoinOptions<T>['compare']
  readonly #signal: AbortSignal | undefined
  readonly #onAbort = () => void this.destroy(this.#signal?.reason)

  constructor(left: JoinSide<T>, right: JoinSide<T>, options: MergeJoinOptions<T>) {
    super({ objectMode: true, highWaterMark: 0 })
    const { compare, signal } = options
    this.#left = new SideReader('left', left, options)
    this.#right = new SideReader('right', right, options)
    this.#compare = compare
    this.#signal = signal
    if (signal?.aborted === true) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  override _read(): void {
    this.#next().then(
      (pairs) => this.push(pairs),
      (error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
    Promise.all([this.#left.close(), this.#right.close()]).then(() => done(error))
  }

  /** The next pairs; null at the end of both sides. */
  async #next(): Promise<Pair<T>[] | null> {
    while (true) {
      // Sides that never wait, such as embedded stores, would keep timers and signals from running.
      await turn()
      await Promise.all([this.#left.fill(), this.#right.fill()])
      if (this.#left.isAtEnd && this.#right.isAtEnd) return null
      const pairs = this.#join()
      // The next pages are requested while these pairs are processed.
      this.#left.prefetch()
      this.#right.prefetch()
      if (pairs.length > 0) return pairs
    }
  }

  /** Up to the end of a page: the next item on that side is not known yet. */
  #join(): Pair<T>[] {
    const [left, right] = [this.#left, this.#right]
    const pairs: Pair<T>[] = []
    for (;;) {
      const [one, other] = [left.item, right.item]
      if (one === undefined && !left.isAtEnd) return pairs
      if (other === undefined && !right.isAtEnd) return pairs
      if (one === undefined && other === undefined) return pairs
      const order = one === undefined ? 1 : other === undefined ? -1 : this.#compare(one, other)
      if (order === 0) pairs.push({ left: left.take(), right: right.take() })
      else pairs.push(order < 0 ? { left: left.take() } : { right: right.take() })
    }
  }
}

const NOTHING: readonly never[] = []

/** One side: its current page, and the position in it. */
class SideReader<T> {
  readonly #side: Side
  readonly #pages: JoinSide<T>
  readonly #options: MergeJoinOptions<T>
  #iterator: AsyncIterator<readonly T[]> | undefined
  #next: Promise<IteratorResult<readonly T[]>> | undefined
  #page: readonly T[] = NOTHING
  #at = 0
  #before: T | undefined
  isAtEnd = false

  constructor(side: Side, pages: JoinSide<T>, options: MergeJoinOptions<T>) {
    this.#side = side
    this.#pages = pages
    this.#options = options
  }

  /** The next item; undefined at the end of the page. */
  get item(): T | undefined {
    return this.#page[this.#at]
  }

  /** Loads `item`, unless the side is at its end. */
  async fill(): Promise<void> {
    while (!this.isAtEnd && this.#at >= this.#page.length) {
      this.prefetch()
      const { done, value } = await this.#next!
      this.#next = undefined
      this.isAtEnd = done === true
      this.#page = done === true ? NOTHING : value
      this.#at = 0
      this.#requireOrder()
    }
  }

  /** Requests the next page once this one is used up. */
  prefetch(): void {
    if (this.isAtEnd || this.#next !== undefined || this.#at < this.#page.length) return
    this.#iterator ??= this.#pages[Symbol.asyncIterator]()
    this.#next = this.#iterator.next()
    // `fill` throws the error; a join that is destroyed earlier no longer needs it.
    this.#next.catch(() => {})
  }

  take(): T {
    return this.#page[this.#at++]!
  }

  async close(): Promise<void> {
    const pages = this.#pages
    if (!(pages instanceof Readable)) {
      // Not awaited: a generator closes only after what it waits for has settled.
      this.#iterator?.return?.().catch(() => {})
      return
    }
    if (pages.closed) return
    const closed = new Promise<void>((resolve) => pages.once('close', resolve))
    pages.destroy()
    await closed
  }

  #requireOrder(): void {
    const { compare, outOfOrder } = this.#options
    let before = this.#before
    for (const item of this.#page) {
      if (before !== undefined && compare(before, item) >= 0) throw outOfOrder(this.#side, item, before)
      before = item
    }
    this.#before = before
  }
}
