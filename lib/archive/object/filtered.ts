import { Readable } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { mapChunks } from '../../stream/mapChunks.ts'
import type { ObjectSource } from './source.ts'

type Page = readonly StoredObject[]

/** True for an object that is wanted. */
export type Selects = (object: StoredObject) => boolean

/**
 * Pages → pages with the objects that are wanted alone, in their order; a page of which none is becomes an empty one.
 * `leftOut` counts the others. Memory: a page.
 */
export function filtered(selects: Selects, leftOut: LeftOut = new LeftOut()): Stage<Page, Page> {
  return mapChunks((page: Page) => {
    const wanted = page.filter(selects)
    leftOut.note(page, wanted)
    return wanted.length === page.length ? page : wanted
  })
}

/** A source with only those of its objects that are wanted. Memory: that of the source, and a page. */
export function filteredObjects(source: ObjectSource, selects: Selects): ObjectSource {
  return {
    ...source,
    pages: (range) =>
      Readable.from(wantedOf(source.pages(range), selects), { objectMode: true, highWaterMark: 1 }),
    close: () => source.close(),
  }
}

async function* wantedOf(pages: AsyncIterable<Page>, selects: Selects): AsyncGenerator<Page> {
  for await (const page of pages) {
    const wanted = page.filter(selects)
    if (wanted.length > 0) yield wanted
  }
}

/** How many objects a filter left out. */
export class LeftOut {
  /** All of them so far. */
  total = 0
  readonly #onLeftOut: ((objects: number) => void) | undefined

  /** `onLeftOut` is called with how many there were of each page. */
  constructor(onLeftOut?: (objects: number) => void) {
    this.#onLeftOut = onLeftOut
  }

  /** A page, and what of it was let through. */
  note(page: Page, wanted: Page): void {
    this.leaveOut(page.length - wanted.length)
  }

  /** So many more, wherever they stood. */
  leaveOut(objects: number): void {
    this.total += objects
    this.#onLeftOut?.(objects)
  }
}

/**
 * The same, told to the two ends of a pipeline: the stage that leaves objects out, and what writes the others into parts,
 * each of which says how many were left out of the ids that it covers. Memory: what flows between both.
 */
export class PlacedLeftOut extends LeftOut {
  readonly #before = new Map<string, number>()
  #since = 0

  override note(page: Page, wanted: Page): void {
    super.note(page, wanted)
    let at = 0
    for (const { id } of wanted) {
      for (; page[at]!.id !== id; at++) this.#since += 1
      at += 1
      if (this.#since === 0) continue
      this.#before.set(id, this.#since)
      this.#since = 0
    }
    this.#since += page.length - at
  }

  /** Those between an object and the one before it; once. */
  takeBefore(id: string): number {
    const count = this.#before.get(id)
    if (count === undefined) return 0
    this.#before.delete(id)
    return count
  }

  /** Those behind the last object, once all have flowed; once. */
  takeRest(): number {
    const count = this.#since
    this.#since = 0
    return count
  }
}
