import type { Json, StoredObject } from '../../object.ts'

/** A page that is meant to be full: it comes to 4 to 8 MB while objects are of about one size. */
const PAGE_BYTES = 6 * 1024 * 1024
/** QUERY_MAXIMUM_RESULTS of a server that was told nothing. */
const MOST_OBJECTS = 10_000
/** Asked for first, when nothing is known of the objects. */
const FIRST_OBJECTS = 50
/** A page of many small objects may be followed by one of large ones. */
const GROWTH = 4

/** How many objects to ask for next, learnt from the sizes of those that came. */
export class PageLimit {
  readonly #fixed: boolean
  #objects: number
  #most = MOST_OBJECTS

  /** With a number of objects it keeps to it, save that pages too large are halved. */
  constructor(objects?: number) {
    this.#fixed = objects !== undefined
    this.#objects = objects ?? FIRST_OBJECTS
  }

  get objects(): number {
    return this.#objects
  }

  /** After a page that was too large, or longer than the server ever gives; false where it was one object. */
  halve(forGood: boolean): boolean {
    if (this.#objects === 1) return false
    this.#objects >>= 1
    if (forGood) this.#most = this.#objects
    return true
  }

  /** After a page that came. */
  learn(page: readonly StoredObject[]): void {
    if (this.#fixed || page.length === 0) return
    const bytes = page.reduce((sum, object) => sum + bytesOf(object), 0)
    const fitting = Math.floor((PAGE_BYTES * page.length) / bytes)
    this.#objects = Math.max(1, Math.min(fitting, GROWTH * this.#objects, this.#most))
  }
}

/** About the bytes that an object takes in an answer, where an unnamed vector comes twice. */
function bytesOf({ properties, vector, vectors }: StoredObject): number {
  let bytes = 64 + sizeOf(properties) + 2 * (vector?.byteLength ?? 0)
  for (const name in vectors) {
    const named = vectors[name]!
    for (const row of named instanceof Float32Array ? [named] : named) bytes += row.byteLength
  }
  return bytes
}

function sizeOf(value: Json): number {
  if (typeof value === 'string') return 8 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 8
  if (Array.isArray(value)) for (const item of value) bytes += sizeOf(item)
  else for (const key in value) bytes += 8 + key.length + sizeOf(value[key]!)
  return bytes
}
