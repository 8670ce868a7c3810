const PAGE_OBJECTS = 100
const PAGE_LENGTH = 256 * 1024

/**
 * Collects items into pages: 100, or 256 Ki characters of what they were read from. Larger pages outlive the
 * collections of short-lived memory, and take several times as much.
 */
export class Pager<T> {
  #page: T[] = []
  #length = 0

  /** True where the page is full. */
  add(item: T, length: number): boolean {
    this.#page.push(item)
    this.#length += length
    return this.#page.length >= PAGE_OBJECTS || this.#length >= PAGE_LENGTH
  }

  /** The page, full or not; the next one is empty. */
  take(): T[] {
    const page = this.#page
    this.#page = []
    this.#length = 0
    return page
  }
}
