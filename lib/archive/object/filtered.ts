import { Readable } from 'node:stream'
import { named } from '../../core/channel/stages.ts'
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
  return named(
    'choose',
    mapChunks((page: Page) => {
      const wanted = page.filter(selects)
      leftOut.note(page, wanted)
      return wanted.length === page.length ? page : wanted
    }),
  )
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

/** How many objects did not go on, and why. */
export interface LeftOutCounts {
  /** Left out by a selection or a transform. */
  readonly filtered: number
  /** Refused by a transform. */
  readonly rejected: number
}

const NO_IDS: ReadonlySet<string> = new Set()

/** How many objects were left out. */
export class LeftOut {
  /** All of them so far, rejects excepted. */
  total = 0
  rejected = 0
  readonly #onLeftOut: ((objects: number) => void) | undefined

  /** `onLeftOut` is called with how many there were of each page. */
  constructor(onLeftOut?: (objects: number) => void) {
    this.#onLeftOut = onLeftOut
  }

  /** What counts for a stage that stands before the one of this. */
  ahead(): LeftOut {
    return this
  }

  /** A page, and what of it was let through; the rest is filtered, but for `refused`, by id. */
  note(page: Page, wanted: Page, refused: ReadonlySet<string> = NO_IDS): void {
    this.leaveOut(page.length - wanted.length - refused.size, refused.size)
  }

  /** So many more, wherever they stood. */
  leaveOut(filtered: number, rejected = 0): void {
    this.total += filtered
    this.rejected += rejected
    this.#onLeftOut?.(filtered + rejected)
  }
}

/**
 * The same, told to the two ends of a pipeline: the stages that leave objects out, and what writes the others into parts,
 * each of which says how many were left out of the ids that it covers. Memory: what flows between both.
 */
export class PlacedLeftOut extends LeftOut {
  readonly #before = new Map<string, LeftOutCounts>()
  readonly #report: ((objects: number) => void) | undefined
  #ahead: PlacedLeftOut | undefined
  #filtered = 0
  #rejected = 0

  constructor(onLeftOut?: (objects: number) => void) {
    super(onLeftOut)
    this.#report = onLeftOut
  }

  override ahead(): LeftOut {
    this.#ahead ??= new PlacedLeftOut(this.#report)
    return this.#ahead
  }

  override note(page: Page, wanted: Page, refused: ReadonlySet<string> = NO_IDS): void {
    super.note(page, wanted, refused)
    const isIdle = this.#ahead === undefined && this.#filtered + this.#rejected === 0
    if (isIdle && page.length === wanted.length) return
    let at = 0
    for (const { id } of page) {
      this.#add(this.#ahead?.takeBefore(id))
      if (wanted[at]?.id === id) {
        at += 1
        this.#place(id)
      } else if (refused.has(id)) this.#rejected += 1
      else this.#filtered += 1
    }
  }

  /** Those between an object and the one before it; once. */
  takeBefore(id: string): LeftOutCounts | undefined {
    const counts = this.#before.get(id)
    if (counts !== undefined) this.#before.delete(id)
    return counts
  }

  /** Those behind the last object, once all have flowed; once. */
  takeRest(): LeftOutCounts {
    this.#add(this.#ahead?.takeRest())
    return this.#take()
  }

  #add(counts: LeftOutCounts | undefined): void {
    if (counts === undefined) return
    this.#filtered += counts.filtered
    this.#rejected += counts.rejected
  }

  #place(id: string): void {
    if (this.#filtered + this.#rejected > 0) this.#before.set(id, this.#take())
  }

  #take(): LeftOutCounts {
    const counts = { filtered: this.#filtered, rejected: this.#rejected }
    this.#filtered = 0
    this.#rejected = 0
    return counts
  }
}

/** The fields of what is noted: those that are not 0. */
export function leftOutFields({ filtered, rejected }: LeftOutCounts): Partial<LeftOutCounts> {
  return { ...(filtered > 0 && { filtered }), ...(rejected > 0 && { rejected }) }
}

/** The sum of counts, of which each may be absent. */
export function leftOutIn(all: Iterable<Partial<LeftOutCounts>>): LeftOutCounts {
  const sums = { filtered: 0, rejected: 0 }
  for (const { filtered = 0, rejected = 0 } of all) {
    sums.filtered += filtered
    sums.rejected += rejected
  }
  return sums
}
