import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type IndexableItem, objectIn, pendingEntry } from '../chain/change.ts'
import { type IndexSink, indexFile, type WrittenIndex } from '../chain/indexFile.ts'
import type { Storage } from '../storage/storage.ts'
import type { PartSink, WrittenPart } from './file.ts'

/** How to make a part and its index. */
export interface IndexedPartOptions {
  readonly storage: Storage
  /** The file of the index. */
  readonly index: string
  /** Opens the sink for the objects. */
  readonly open: () => PartSink
}

/**
 * A part with its index: pages of objects or changes in order of id → objects into the part, an entry for each into
 * the index. If there are no objects, there is an index without a part. Memory: a page, and what `open` uses.
 */
export function indexedPart(options: IndexedPartOptions): PartSink {
  return new IndexedPart(options)
}

class IndexedPart extends Writable implements PartSink {
  written: readonly WrittenPart[] = []
  index: WrittenIndex | undefined
  readonly #open: () => PartSink
  readonly #index: IndexSink
  #part: PartSink | undefined

  constructor({ storage, index, open }: IndexedPartOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#open = open
    this.#index = indexFile(storage, index)
    this.#index.on('error', (error) => this.destroy(error))
  }

  override _write(
    page: readonly IndexableItem[],
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#take(page).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#end().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const all = this.#part === undefined ? [this.#index] : [this.#part, this.#index]
    for (const one of all) one.destroy(error ?? undefined)
    Promise.allSettled(all.map((one) => finished(one))).then(() => done(error))
  }

  async #take(page: readonly IndexableItem[]): Promise<void> {
    const objects = page.flatMap((item) => objectIn(item) ?? [])
    // The part's encoder remembers the hashes, which the index uses.
    if (objects.length > 0) await writePage(this.#part ?? this.#begin(), objects)
    await writePage(this.#index, page.map(pendingEntry))
  }

  #begin(): PartSink {
    const part = this.#open()
    part.on('error', (error) => this.destroy(error))
    this.#part = part
    return part
  }

  async #end(): Promise<void> {
    const part = this.#part
    part?.end()
    this.#index.end()
    await Promise.all([part, this.#index].flatMap((one) => (one === undefined ? [] : [finished(one)])))
    this.written = part?.written ?? []
    this.index = this.#index.written
  }
}

function writePage(sink: Writable, page: readonly unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.write(page, (error) => (error ? reject(error) : resolve()))
  })
}
