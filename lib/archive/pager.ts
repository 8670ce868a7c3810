const PAGE_OBJECTS = 500
const PAGE_LENGTH = 4 * 1024 * 1024

/** Collects items into pages, as many as a store takes at once: 500, or 4 Mi characters of what they were read from. */
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
