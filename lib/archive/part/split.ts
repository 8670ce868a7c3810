import type { StoredObject } from '../../core/object.ts'
import { lineLength } from '../object/size.ts'

/**
 * Cuts a sequence of pages into portions of about so many characters of JSON: one part's pages each. Memory: a
 * page. After a portion was read to its end, `ended` says whether anything follows.
 */
export class PartSplitter {
  readonly #pages: AsyncIterator<readonly StoredObject[]>
  readonly #bytes: number
  #left: readonly StoredObject[] = []
  #done = false

  constructor(pages: AsyncIterable<readonly StoredObject[]>, bytes: number) {
    this.#pages = pages[Symbol.asyncIterator]()
    this.#bytes = bytes
  }

  /** True where no object is left. Looks ahead by a page. */
  async ended(): Promise<boolean> {
    while (this.#left.length === 0 && !this.#done) {
      const next = await this.#pages.next()
      if (next.done === true) this.#done = true
      else this.#left = next.value
    }
    return this.#left.length === 0
  }

  /** The pages of the next portion. */
  async *next(): AsyncGenerator<readonly StoredObject[]> {
    let bytes = 0
    while (bytes < this.#bytes && !(await this.ended())) {
      const page = this.#left
      let count = 0
      while (count < page.length && bytes < this.#bytes) {
        bytes += lineLength(page[count]!)
        count += 1
      }
      this.#left = page.slice(count)
      yield count === page.length ? page : page.slice(0, count)
    }
  }

  /** Ends the sequence early. */
  async close(): Promise<void> {
    await this.#pages.return?.()
  }
}
