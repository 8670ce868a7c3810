import { Readable } from 'node:stream'
import type { ObjectRange } from '../../archive/object/source.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Source } from '../../core/stage.ts'
import { ObjectBatches } from '../../store/objectBatches.ts'
import { objectPages, type ReadOptions } from '../../store/objects.ts'
import type { Collection, Store } from '../../store/store.ts'

/**
 * A write gets its time when it reaches the server, and is visible when it is done: this is the longest it may take.
 */
const MARGIN_MS = 10_000

/**
 * The moment since which objects may have changed, for a pass that began then; undefined if update times are useless:
 * in a store whose objects bring their own, or whose clock cannot be measured.
 */
export async function changesSince(store: Store, beganMs: number): Promise<number | undefined> {
  const difference = await store.clockDifferenceMs?.()
  return difference === undefined ? undefined : beganMs - MARGIN_MS - difference
}

/** Reading objects one by one takes so many times as long as scanning them. */
const FEW = 1 / 8

/** The objects written to a collection since a moment. */
export class ChangeWindow {
  readonly #collection: Collection
  readonly #sinceMs: number
  #all = 0
  #newer = 0

  constructor(collection: Collection, sinceMs: number) {
    this.#collection = collection
    this.#sinceMs = sinceMs
  }

  /** True if so few objects changed that only these are worth reading; known once all were counted. */
  get areFew(): boolean {
    return this.#newer <= FEW * this.#all
  }

  /** Passes pages on and counts the changed objects. */
  counted(pages: Source<readonly StoredObject[]>): Source<readonly StoredObject[]> {
    const count = (page: readonly StoredObject[]) => {
      this.#all += page.length
      this.#newer += page.filter((one) => this.#isNewer(one)).length
      return page
    }
    async function* counting() {
      for await (const page of pages as AsyncIterable<readonly StoredObject[]>) yield count(page)
    }
    return Readable.from(counting(), { objectMode: true, highWaterMark: 1 })
  }

  /**
   * The changed objects of a range: scans ids and update times, then reads the newer ones by id; leaves out what
   * disappeared meanwhile. Pages in order of id. Memory: a page of ids, and some hundred objects.
   */
  objects(range: ObjectRange, options: ReadOptions): Source<readonly StoredObject[]> {
    return Readable.from(this.#changed(range, options), { objectMode: true, highWaterMark: 1 })
  }

  async *#changed(range: ObjectRange, { projection, retry = (call) => call(), signal }: ReadOptions) {
    const { tenant } = range
    const call = { ...(signal && { signal }), ...(tenant !== undefined && { tenant }) }
    const pieces = new ObjectBatches()
    const read = (ids: readonly string[]) => retry(() => this.#collection.readMany(ids, projection, call))
    const times = { properties: [], vectors: false, times: true }
    const all = objectPages(this.#collection, range, { projection: times, retry, signal })
    for await (const page of all as AsyncIterable<StoredObject[]>) {
      const newer = page.filter((one) => this.#isNewer(one))
      const ids = newer.map(({ id }) => id)
      for await (const { objects } of pieces.read(ids, read)) {
        if (objects.length > 0) yield objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      }
    }
  }

  #isNewer({ updatedMs = Number.POSITIVE_INFINITY }: StoredObject): boolean {
    return updatedMs >= this.#sinceMs
  }
}
