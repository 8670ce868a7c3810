import type { ObjectRange } from '../../../archive/object/source.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import { slices } from '../../../core/value/slices.ts'
import { objects } from '../../../store/objects.ts'
import type { Collection, Projection } from '../../../store/store.ts'

/** How objects are read whole. */
export interface WholeReading {
  readonly collection: Collection
  /** What is archived of an object. */
  readonly projection: Projection
  /** True where the store reads objects by id at another consistency than a page of them. */
  readonly isReplicated: boolean
  readonly retry: Retrying
  readonly signal: AbortSignal
}

/** Ids that are asked for in one call. */
const IDS_A_CALL = 250

/** Where so large a share of a range is wanted, reading all of it costs less than asking for ids. */
const MOST_OF_IT = 0.4

/** Reads objects of a range whole: by their ids, or, where most of it is wanted, all of it. Memory: what was asked for. */
export class WholeReader {
  readonly #range: ObjectRange
  readonly #options: WholeReading
  #last: string | undefined

  constructor(range: ObjectRange, options: WholeReading) {
    this.#range = range
    this.#options = options
    this.#last = range.after
  }

  /**
   * The objects of these ids that are there, in order. Ids come in order, over all calls. `among`: how many objects there
   * are between the last one asked for before and the last of these.
   */
  async read(ids: readonly string[], among: number): Promise<readonly StoredObject[]> {
    if (ids.length === 0) return []
    const after = this.#last
    const upTo = ids.at(-1)!
    this.#last = upTo
    const isMost = !this.#options.isReplicated && ids.length >= MOST_OF_IT * among
    return isMost
      ? this.#scan(new Set(ids), { ...this.#range, ...(after && { after }), upTo })
      : this.#byId(ids)
  }

  async #scan(ids: ReadonlySet<string>, range: ObjectRange): Promise<StoredObject[]> {
    const { collection, projection, retry, signal } = this.#options
    const found: StoredObject[] = []
    const pages: AsyncIterable<StoredObject[]> = objects(collection, range, { projection, retry, signal })
    for await (const page of pages) for (const object of page) if (ids.has(object.id)) found.push(object)
    return found
  }

  async #byId(ids: readonly string[]): Promise<StoredObject[]> {
    const { collection, projection, retry, signal } = this.#options
    const { tenant } = this.#range
    const call = { signal, provesAbsence: true, ...(tenant !== undefined && { tenant }) }
    const calls = [...slices(ids, IDS_A_CALL)].map((some) =>
      retry(() => collection.readMany(some, projection, call), signal),
    )
    const found = (await Promise.all(calls)).flat()
    return found.sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}
