import { Readable } from 'node:stream'
import { nameStage } from '../../core/channel/stages.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { mapChunks } from '../../stream/mapChunks.ts'
import type { ObjectSource } from './source.ts'

type Page = readonly StoredObject[]

/** True for a wanted object. */
export type ObjectPredicate = (object: StoredObject) => boolean

/**
 * Pages → pages with the wanted objects alone, in order; a page without any becomes empty. `leftOut` counts the
 * others. Memory: a page.
 */
export function filterPages(selects: ObjectPredicate, leftOut: LeftOut = new LeftOut()): Stage<Page, Page> {
  return nameStage(
    'choose',
    mapChunks((page: Page) => {
      const wanted = page.filter(selects)
      leftOut.note(page, wanted)
      return wanted.length === page.length ? page : wanted
    }),
  )
}

/** A source with only the wanted objects of another. Memory: that of the other source, and a page. */
export function filteredObjects(source: ObjectSource, selects: ObjectPredicate): ObjectSource {
  return {
    ...source,
    pages: (range) =>
      Readable.from(selectedPages(source.pages(range), selects), { objectMode: true, highWaterMark: 1 }),
    close: () => source.close(),
  }
}

async function* selectedPages(pages: AsyncIterable<Page>, selects: ObjectPredicate): AsyncGenerator<Page> {
  for await (const page of pages) {
    const wanted = page.filter(selects)
    if (wanted.length > 0) yield wanted
  }
}

/** How many objects were left out, and why. */
export interface LeftOutCounts {
  /** Left out by a selection or a transform. */
  readonly filtered: number
  /** Refused by a transform. */
  readonly rejected: number
}

const NO_IDS: ReadonlySet<string> = new Set()

/** How many objects were left out. */
export class LeftOut {
  /** All so far, without rejects. */
  total = 0
  rejected = 0
  readonly #onLeftOut: ((objects: number) => void) | undefined

  /** `onLeftOut` is called with the number for each page. */
  constructor(onLeftOut?: (objects: number) => void) {
    this.#onLeftOut = onLeftOut
  }

  /** The counter for a stage in front of this one. */
  ahead(): LeftOut {
    return this
  }

  /**
   * Counts the objects of a page that are not in `wanted`: as rejected if their ids are in `refused`, otherwise as
   * filtered.
   */
  note(page: Page, wanted: Page, refused: ReadonlySet<string> = NO_IDS): void {
    this.leaveOut(page.length - wanted.length - refused.size, refused.size)
  }

  /** Adds to the counts, wherever the objects were. */
  leaveOut(filtered: number, rejected = 0): void {
    this.total += filtered
    this.rejected += rejected
    this.#onLeftOut?.(filtered + rejected)
  }
}

/**
 * Objects left out, with their positions, shared by the two ends of a pipeline: the stages that leave objects out, and
 * the writer of parts, which records for each part how many of its ids were left out. Memory: the objects between both
 * ends.
 */
export class OrderedLeftOut extends LeftOut {
  readonly #before = new Map<string, LeftOutCounts>()
  readonly #report: ((objects: number) => void) | undefined
  #ahead: OrderedLeftOut | undefined
  #filtered = 0
  #rejected = 0

  constructor(onLeftOut?: (objects: number) => void) {
    super(onLeftOut)
    this.#report = onLeftOut
  }

  override ahead(): LeftOut {
    this.#ahead ??= new OrderedLeftOut(this.#report)
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

  /** The objects left out between an object and the previous one; counted once. */
  takeBefore(id: string): LeftOutCounts | undefined {
    const counts = this.#before.get(id)
    if (counts !== undefined) this.#before.delete(id)
    return counts
  }

  /** The objects left out after the last object, once the stream has ended; counted once. */
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

/** The counts to record: those that are not 0. */
export function leftOutFields({ filtered, rejected }: LeftOutCounts): Partial<LeftOutCounts> {
  return { ...(filtered > 0 && { filtered }), ...(rejected > 0 && { rejected }) }
}

/** The sum of counts; each may be absent. */
export function leftOutIn(all: Iterable<Partial<LeftOutCounts>>): LeftOutCounts {
  const sums = { filtered: 0, rejected: 0 }
  for (const { filtered = 0, rejected = 0 } of all) {
    sums.filtered += filtered
    sums.rejected += rejected
  }
  return sums
}
