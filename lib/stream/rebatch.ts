import { FlatMapTransform } from './flatMap.ts'

interface RebatchOptions<T> {
  /** The maximum number of items in a batch. */
  readonly count: number
  /** The maximum weight of a batch; a heavier item travels alone. */
  readonly bytes: number
  /** The share of `bytes` that a batch may have now, from 0 to 1. Default 1. */
  readonly share?: () => number
  readonly weigh: (item: T) => number
}

/**
 * Arrays → arrays of another size, in order; each full by `count` or `bytes`, whichever comes first, except for the
 * last one. Memory: an array that came and one that is being filled.
 */
export function rebatch<T>(options: RebatchOptions<T>): FlatMapTransform<readonly T[], T[]> {
  return new Rebatcher(options)
}

class Rebatcher<T> extends FlatMapTransform<readonly T[], T[]> {
  readonly #options: RebatchOptions<T>
  #items: T[] = []
  #weight = 0

  constructor(options: RebatchOptions<T>) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#options = options
  }

  protected override *expand(items: readonly T[]): Generator<T[]> {
    const { count, bytes, weigh, share = () => 1 } = this.#options
    for (const item of items) {
      const weight = weigh(item)
      if (this.#items.length > 0 && this.#weight + weight > share() * bytes) yield this.#batch()
      this.#items.push(item)
      this.#weight += weight
      if (this.#items.length >= count) yield this.#batch()
    }
  }

  protected override *rest(): Generator<T[]> {
    if (this.#items.length > 0) yield this.#batch()
  }

  #batch(): T[] {
    const items = this.#items
    this.#items = []
    this.#weight = 0
    return items
  }
}
