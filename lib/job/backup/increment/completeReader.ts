import type { ObjectRange } from '../../../archive/object/source.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import { slices } from '../../../core/value/slices.ts'
import { objectPages } from '../../../store/objects.ts'
import type { Collection, Projection } from '../../../store/store.ts'

/** How to read complete objects. */
export interface CompleteReadOptions {
  readonly collection: Collection
  /** The archived fields of an object. */
  readonly projection: Projection
  /** True if the store reads objects by id at another consistency than pages. */
  readonly isReplicated: boolean
  readonly retry: Retrying
  readonly signal: AbortSignal
}

/** How many ids one call asks for. */
const IDS_A_CALL = 250

/** If more than this share of a range is wanted, reading all of it costs less than asking for ids. */
const MOST_OF_IT = 0.4

/**
 * Reads complete objects of a range: by their ids, or, if most are wanted, the entire range. Memory: the requested
 * objects.
 */
export class CompleteReader {
  readonly #range: ObjectRange
  readonly #options: CompleteReadOptions
  #last: string | undefined

  constructor(range: ObjectRange, options: CompleteReadOptions) {
    this.#range = range
    this.#options = options
    this.#last = range.after
  }

  /**
   * The existing objects with these ids, in order. Ids must come in order over all calls. `among`: how many objects lie
   * between the last id of the previous call and the last of these.
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
    const pages: AsyncIterable<StoredObject[]> = objectPages(collection, range, { projection, retry, signal })
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
