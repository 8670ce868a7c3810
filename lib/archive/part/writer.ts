import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { changeLength, type IndexableItem } from '../chain/change.ts'
import type { WrittenIndex } from '../chain/indexFile.ts'
import { type LeftOutCounts, leftOutIn, type OrderedLeftOut } from '../object/filterPages.ts'
import type { ObjectRange } from '../object/source.ts'
import type { PartSink, WrittenPart } from './file.ts'

/** How to divide the objects of a range into parts. */
export interface PartWriterOptions {
  /** The ids to cover: the first part begins after `after`, the last one ends at `upTo`. */
  readonly range: Pick<ObjectRange, 'after' | 'upTo'>
  /** The approximate length of a part, in characters of JSON: it ends with the object that reaches it. */
  readonly partBytes: number
  /** Opens the sink for the next part. */
  readonly open: () => PartSink
  /**
   * Called with each part once its files are durable, one part at a time, while the next one is written, and with how
   * many objects among its ids were left out.
   */
  readonly onPart: (
    files: readonly WrittenPart[],
    covers: Pick<ObjectRange, 'after' | 'upTo'>,
    leftOut: LeftOutCounts,
    index: WrittenIndex | undefined,
  ) => Promise<void>
  /** Counts what a filter before this stage left out. */
  readonly leftOut?: OrderedLeftOut | undefined
  /** Called with how many objects were taken. */
  readonly onObjects?: (objects: number) => void
  /** Once aborted, the current part is finished, and the stream errors with the reason. */
  readonly stop?: AbortSignal | undefined
}

/**
 * Pages in order of id → consecutive parts that together cover the range: of objects, or of changes if `open` makes
 * parts of an increment. Finishes when all parts are recorded. Memory: a page, and what `open` uses.
 * Errors: those of a part and of `onPart`; the reason of `stop`
 */
export function partWriter(options: PartWriterOptions): Writable {
  return new PartWriter(options)
}

const NONE: LeftOutCounts = { filtered: 0, rejected: 0 }

class PartWriter extends Writable {
  readonly #options: PartWriterOptions
  #part: PartSink | undefined
  /** Characters left in the part. */
  #left = 0
  /** The part that is written but not recorded yet: the ids that it covers depend on whether anything follows. */
  #before: Pick<PartSink, 'written' | 'index'> | undefined
  /** Objects left out among the ids of the current part, and of the one before it. */
  #leftOut: LeftOutCounts = NONE
  #leftOutBefore: LeftOutCounts = NONE
  #noting: Promise<void> = Promise.resolve()
  /** The last id covered so far. */
  #after: string | undefined
  #last: string | undefined

  constructor(options: PartWriterOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#options = options
    this.#after = options.range.after
  }

  override _write(
    page: readonly IndexableItem[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#take(page).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const ended = this.#part === undefined ? [] : [finished(this.#part)]
    this.#part?.destroy(error ?? undefined)
    // The list of recorded parts has to be complete when the stream ends.
    Promise.allSettled([...ended, this.#noting]).then(() => done(error))
  }

  async #take(page: readonly IndexableItem[]): Promise<void> {
    for (let rest = page; rest.length > 0; ) {
      const part = this.#part ?? (await this.#begin())
      if (part === undefined) return
      const count = this.#fitting(rest)
      const some = count === rest.length ? rest : rest.slice(0, count)
      await new Promise<void>((resolve, reject) => {
        part.write(some, (error) => (error ? reject(error) : resolve()))
      })
      this.#last = some.at(-1)!.id
      this.#countLeftOut(some)
      this.#options.onObjects?.(count)
      rest = rest.slice(count)
      if (this.#left <= 0) await this.#end(part)
    }
  }

  async #finish(): Promise<void> {
    if (this.#part !== undefined) await this.#end(this.#part)
    if (this.#before !== undefined)
      this.#leftOutBefore = leftOutIn([this.#leftOutBefore, this.#options.leftOut?.takeRest() ?? NONE])
    this.#note(this.#options.range.upTo)
    await this.#noting
  }

  /**
   * Begins a part; the previous one ends with its last object. Does nothing once the stream is destroyed, because
   * nothing would close the part.
   */
  async #begin(): Promise<PartSink | undefined> {
    if (this.destroyed) return undefined
    const { open, partBytes, stop } = this.#options
    this.#note(this.#last)
    if (stop?.aborted === true) {
      await this.#noting
      throw stop.reason
    }
    const part = open()
    part.on('error', (error) => this.destroy(error))
    this.#part = part
    this.#left = partBytes
    return part
  }

  async #end(part: PartSink): Promise<void> {
    part.end()
    await finished(part)
    // At most one part waits, so that reading parts back does not fall behind.
    await this.#noting
    this.#part = undefined
    if (this.destroyed) return
    this.#before = part
    this.#leftOutBefore = this.#leftOut
    this.#leftOut = NONE
  }

  #countLeftOut(objects: readonly IndexableItem[]): void {
    const { leftOut } = this.#options
    if (leftOut === undefined) return
    for (const { id } of objects) {
      const counts = leftOut.takeBefore(id)
      if (counts !== undefined) this.#leftOut = leftOutIn([this.#leftOut, counts])
    }
  }

  #note(upTo: string | undefined): void {
    if (this.#before === undefined) return
    const { written, index } = this.#before
    const covers = {
      ...(this.#after !== undefined && { after: this.#after }),
      ...(upTo !== undefined && { upTo }),
    }
    const leftOut = this.#leftOutBefore
    this.#before = undefined
    this.#after = upTo
    this.#noting = this.#noting.then(() => this.#options.onPart(written, covers, leftOut, index))
    this.#noting.catch((error) => this.destroy(error))
  }

  /** How many of these objects belong to the part; at least one. */
  #fitting(objects: readonly IndexableItem[]): number {
    let count = 0
    while (count < objects.length && this.#left > 0) {
      this.#left -= changeLength(objects[count]!)
      count += 1
    }
    return count
  }
}
