import { isLimited, scaledToMemory } from '../../core/memory/limits.ts'

/** The intended size of a page: it becomes 4 to 8 MB while objects have similar sizes. */
const PAGE_BYTES = 6 * 1024 * 1024
/** The default of QUERY_MAXIMUM_RESULTS. */
const MOST_OBJECTS = 10_000
/** Requested first, when nothing is known about the objects; one under a limit on memory. */
const FIRST_OBJECTS = 50
/** A page of many small objects may be followed by one of large ones. */
const GROWTH = 4
/** A page is at most so many times as small as its size allows: ids may lie closer together than before. */
const LEAST_PART = 1 / 8
/** How many standard deviations are added to the expected number of objects in the rest of a range. */
const DEVIATIONS = 3

/** What a reader of a collection has learned for the next one. */
export interface PageStatistics {
  readonly objects: number
  readonly density: Density | undefined
}

/** How close together ids lie, from so many of them. */
interface Density {
  readonly objects: number
  readonly perPosition: number
}

/**
 * How many objects to request next, learned from the sizes of those that came, and from how close together their ids
 * lie: what a page holds beyond its range is read in vain.
 */
export class PageLimit {
  readonly #fixed: boolean
  #objects: number
  #most = MOST_OBJECTS
  #density: Density | undefined

  /** A given number of objects is kept, except that pages that are too large are halved. */
  constructor(objects?: number, learned?: PageStatistics) {
    this.#fixed = objects !== undefined
    this.#objects = objects ?? learned?.objects ?? (isLimited() ? 1 : FIRST_OBJECTS)
    this.#density = learned?.density
  }

  get learned(): PageStatistics {
    return { objects: this.#objects, density: this.#density }
  }

  /** The number to request for the range after an id, up to another one; `g` for all ids. */
  within(after: string, upTo: string): number {
    if (this.#fixed || this.#density === undefined) return this.#objects
    const { objects, perPosition } = this.#density
    const expected = Math.max(0, positionOf(upTo) - positionOf(after)) * perPosition
    const deviation = Math.sqrt(expected + expected ** 2 / objects)
    const least = Math.max(FIRST_OBJECTS, LEAST_PART * this.#objects)
    const wanted = Math.max(least, expected + DEVIATIONS * deviation)
    return Math.min(this.#objects, Math.ceil(wanted))
  }

  /**
   * After a page of so many objects that was too large, or longer than the server ever returns; false if it was one
   * object.
   */
  halve(asked: number, forGood: boolean): boolean {
    if (asked === 1) return false
    this.#objects = asked >> 1
    if (forGood) this.#most = this.#objects
    return true
  }

  /** After a page with so many objects in so many bytes, and the ids that it lies between. */
  learn(objects: number, bytes: number, after: string, last: string): void {
    if (this.#fixed || objects === 0) return
    const fitting = Math.floor((scaledToMemory(PAGE_BYTES) * objects) / bytes)
    this.#objects = Math.max(1, Math.min(fitting, GROWTH * this.#objects, this.#most))
    const distance = positionOf(last) - positionOf(after)
    // Before the first id there may be any distance.
    if (after !== '' && distance > 0) this.#density = { objects, perPosition: objects / distance }
  }
}

const POSITIONS = 2 ** 48

/** Where an id lies among all, by its first 48 bits; random ids lie evenly. */
function positionOf(id: string): number {
  if (id === '') return 0
  const position = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  return Number.isNaN(position) ? POSITIONS : position
}
