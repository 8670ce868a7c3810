/** When a page is full: by items, or by the length of their source, in any unit of the caller. */
export interface PageSize {
  readonly items: number
  readonly length: number
}

/** Collects items into pages. A page is full after the item that reaches one of its sizes. Memory: a page. */
export class Pager<T> {
  readonly #size: PageSize
  #page: T[] = []
  #length = 0

  constructor(size: PageSize) {
    this.#size = size
  }

  /** Returns true if the page is full now. */
  add(item: T, length: number): boolean {
    this.#page.push(item)
    this.#length += length
    return this.#page.length >= this.#size.items || this.#length >= this.#size.length
  }

  /** The page, full or not, if it holds anything; then starts the next one. */
  *take(): Generator<T[]> {
    const page = this.#page
    this.#page = []
    this.#length = 0
    if (page.length > 0) yield page
  }
}
