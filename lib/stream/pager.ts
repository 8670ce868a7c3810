/** When a page is full: by items, or by the length of what they were read from, in whatever the caller counts. */
export interface PageSize {
  readonly items: number
  readonly length: number
}

/** Collects items into pages. A page is full with the item that reaches one of its sizes. Memory: a page. */
export class Pager<T> {
  readonly #size: PageSize
  #page: T[] = []
  #length = 0

  constructor(size: PageSize) {
    this.#size = size
  }

  /** True where the page is full now. */
  add(item: T, length: number): boolean {
    this.#page.push(item)
    this.#length += length
    return this.#page.length >= this.#size.items || this.#length >= this.#size.length
  }

  /** The page, full or not, where it holds anything; the next one is empty. */
  *take(): Generator<T[]> {
    const page = this.#page
    this.#page = []
    this.#length = 0
    if (page.length > 0) yield page
  }
}
