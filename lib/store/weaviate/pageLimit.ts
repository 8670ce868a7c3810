/** The intended size of a page: it becomes 4 to 8 MB while objects have similar sizes. */
const PAGE_BYTES = 6 * 1024 * 1024
/** The default of QUERY_MAXIMUM_RESULTS. */
const MOST_OBJECTS = 10_000
/** Requested first, when nothing is known about the objects. */
const FIRST_OBJECTS = 50
/** A page of many small objects may be followed by one of large ones. */
const GROWTH = 4

/** How many objects to request next, learned from the sizes of those that came. */
export class PageLimit {
  readonly #fixed: boolean
  #objects: number
  #most = MOST_OBJECTS

  /** A given number of objects is kept, except that pages that are too large are halved. */
  constructor(objects?: number) {
    this.#fixed = objects !== undefined
    this.#objects = objects ?? FIRST_OBJECTS
  }

  get objects(): number {
    return this.#objects
  }

  /** After a page that was too large, or longer than the server ever returns; false if it was one object. */
  halve(forGood: boolean): boolean {
    if (this.#objects === 1) return false
    this.#objects >>= 1
    if (forGood) this.#most = this.#objects
    return true
  }

  /** After a page with so many objects in so many bytes. */
  learn(objects: number, bytes: number): void {
    if (this.#fixed || objects === 0) return
    const splitReferences = Math.floor((PAGE_BYTES * objects) / bytes)
    this.#objects = Math.max(1, Math.min(splitReferences, GROWTH * this.#objects, this.#most))
  }
}
