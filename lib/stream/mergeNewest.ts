import { scaledToMemory } from '../core/memory/limits.ts'
import { Pager } from './pager.ts'

/** A page of the result; shorter under a limit on memory. */
const PAGE_ITEMS = 500
const PAGE_LENGTH = 4 * 1024 * 1024

interface MergeOptions<T> {
  /** The length of an item in characters; 0 by default, for items that are all short. */
  readonly lengthOf?: (item: T) => number
  /** Aborted before the sources are closed. */
  readonly ended?: AbortController
}

/**
 * Merges sources in order of a key, newest source first, into pages in that order. For each key it gives the item of
 * the newest source that has it. Closes every source at the end, on an error and if the reader gives up; aborts
 * `ended` before that, because a generator that is at work is closed only once it has yielded. Memory: a page of each
 * source, and one more of 500 items or about 4 Mi characters. If a source is out of order or has duplicate keys, so does
 * the result.
 */
export async function* mergeNewest<T>(
  sources: readonly AsyncIterable<readonly T[]>[],
  keyOf: (item: T) => string,
  { lengthOf = () => 0, ended }: MergeOptions<T> = {},
): AsyncGenerator<readonly T[]> {
  if (sources.length === 1) {
    yield* sources[0]!
    return
  }
  const cursors = sources.map((source, age) => new Cursor(source, age, keyOf))
  try {
    await Promise.all(cursors.map((cursor) => cursor.load()))
    yield* merged(
      cursors.filter(({ isOpen }) => isOpen),
      lengthOf,
    )
  } finally {
    ended?.abort()
    await Promise.all(cursors.map((cursor) => cursor.close()))
  }
}

async function* merged<T>(
  open: readonly Cursor<T>[],
  lengthOf: (item: T) => number,
): AsyncGenerator<readonly T[]> {
  const heap = new Heap(open)
  const pager = new Pager<T>({ items: PAGE_ITEMS, length: scaledToMemory(PAGE_LENGTH) })
  let last: string | undefined
  for (let first = heap.first; first !== undefined; first = heap.first) {
    if (first.key !== last) {
      last = first.key
      if (pager.add(first.item, lengthOf(first.item))) yield* pager.take()
    }
    if (!first.next()) await first.load()
    heap.settle()
  }
  yield* pager.take()
}

/** A position in a source. */
class Cursor<T> {
  readonly age: number
  isOpen = true
  key = ''
  readonly #keyOf: (item: T) => string
  readonly #pages: AsyncIterator<readonly T[]>
  #page: readonly T[] = []
  #at = 0

  constructor(source: AsyncIterable<readonly T[]>, age: number, keyOf: (item: T) => string) {
    this.age = age
    this.#keyOf = keyOf
    this.#pages = source[Symbol.asyncIterator]()
  }

  get item(): T {
    return this.#page[this.#at]!
  }

  /** Moves to the next item; returns false if its page has to be loaded. */
  next(): boolean {
    this.#at += 1
    if (this.#at >= this.#page.length) return false
    this.key = this.#keyOf(this.item)
    return true
  }

  /** Loads the next page with an item, if there is one. */
  async load(): Promise<void> {
    this.#at = 0
    this.#page = []
    while (this.isOpen && this.#page.length === 0) {
      const next = await this.#pages.next()
      if (next.done === true) this.isOpen = false
      else this.#page = next.value
    }
    if (this.isOpen) this.key = this.#keyOf(this.item)
  }

  async close(): Promise<void> {
    await this.#pages.return?.()
  }
}

/** Cursors, the one with the least key first; for equal keys the newest. */
class Heap<T> {
  readonly #cursors: Cursor<T>[]

  constructor(cursors: readonly Cursor<T>[]) {
    this.#cursors = [...cursors].sort((a, b) => (isBefore(a, b) ? -1 : 1))
  }

  get first(): Cursor<T> | undefined {
    return this.#cursors[0]
  }

  /** Restores the order after the first cursor has moved or ended. */
  settle(): void {
    const cursors = this.#cursors
    if (!cursors[0]!.isOpen) {
      const last = cursors.pop()!
      if (cursors.length === 0) return
      cursors[0] = last
    }
    const first = cursors[0]!
    let at = 0
    for (;;) {
      let least = 2 * at + 1
      if (least >= cursors.length) break
      if (least + 1 < cursors.length && isBefore(cursors[least + 1]!, cursors[least]!)) least += 1
      if (!isBefore(cursors[least]!, first)) break
      cursors[at] = cursors[least]!
      at = least
    }
    cursors[at] = first
  }
}

function isBefore<T>(a: Cursor<T>, b: Cursor<T>): boolean {
  return a.key < b.key || (a.key === b.key && a.age < b.age)
}
