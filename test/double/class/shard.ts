import type { JsonObject } from '../../../lib/core/object.ts'
import { Refusal } from '../fault/refusal.ts'
import { dimensions, type GivenVectors, type NamedVectors } from './vectors.ts'

/** An object as the double keeps it. Times are in milliseconds. */
export interface Stored {
  readonly id: string
  /** The id as it was written, which is what filters by id compare with. */
  readonly written: string
  readonly properties: JsonObject
  readonly vector?: Float32Array | undefined
  readonly vectors?: NamedVectors | undefined
  readonly created: number
  readonly updated: number
}

/** Whether a tenant can be read and written: only HOT can. */
export type Activity = 'HOT' | 'COLD' | 'FROZEN' | 'FREEZING' | 'UNFREEZING'

/** The objects of one tenant, or of a class without tenants. */
export class Shard {
  activity: Activity = 'HOT'
  /** Vectors that wait for their index, as far as it says. */
  queued = 0
  #document = 0
  readonly #objects = new Map<string, Stored>()
  readonly #documents = new Map<string, number>()
  readonly #unindexed = new Set<string>()
  readonly #dimensions = new Map<string, number>()
  #sorted: string[] | undefined

  get size(): number {
    return this.#objects.size
  }

  find(id: string): Stored | undefined {
    return this.#objects.get(id)
  }

  /** A rewritten object moves to the end of `all`, as the server gives it a new document number. */
  put(object: Stored): void {
    this.#document += 1
    this.#documents.set(object.id, this.#document)
    for (const [name, size] of dimensions(object)) this.#dimensions.set(name, size)
    if (!this.#objects.delete(object.id)) this.#sorted = undefined
    this.#objects.set(object.id, object)
  }

  delete(id: string): boolean {
    const was = this.#objects.delete(id)
    this.#documents.delete(id)
    this.#unindexed.delete(id)
    if (was) this.#sorted = undefined
    return was
  }

  /** As after a kill in the middle of a batch: the object is there, but no longer found by its id, until it is deleted. */
  unindex(id: string): void {
    this.#unindexed.add(id)
  }

  /** Those of the ids that are there, in the order in which they were written. */
  those(ids: Iterable<string>): Stored[] {
    const number = (id: string): number => this.#documents.get(id) ?? 0
    const present = [...new Set(ids)].filter((id) => this.#objects.has(id) && !this.#unindexed.has(id))
    return present.sort((a, b) => number(a) - number(b)).map((id) => this.#objects.get(id)!)
  }

  /** In the order in which they were written. */
  all(): IterableIterator<Stored> {
    return this.#objects.values()
  }

  /** In the byte order of the ids, strictly after `after`. */
  page(after: string | undefined, offset: number, limit: number): Stored[] {
    this.#sorted ??= [...this.#objects.keys()].sort()
    const from = (after === undefined ? 0 : firstAbove(this.#sorted, after)) + offset
    return this.#sorted.slice(from, from + limit).map((id) => this.#objects.get(id)!)
  }

  /** Throws where a vector has not the length of those before it: the first one settles it. */
  checkDimensions(id: string, input: GivenVectors): void {
    for (const [name, size] of dimensions(input)) {
      const settled = this.#dimensions.get(name) ?? size
      if (settled === size) continue
      const index = name === '' ? `vector index for ${id}` : `vector index ${name} for target vector ${id}`
      throw new Refusal(
        `Validate ${index}: new node has a vector with length ${size}. Existing nodes have ` +
          `vectors with length ${settled}: vector dimensions do not match the index dimensions`,
      )
    }
  }
}

function firstAbove(sorted: readonly string[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= id) low = middle + 1
    else high = middle
  }
  return low
}
