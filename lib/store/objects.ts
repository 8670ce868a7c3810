import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { ObjectRange, ObjectSource } from '../archive/object/source.ts'
import type { Retrying } from '../async/retry.ts'
import { ElysiaError } from '../core/errors.ts'
import { noteGarbageObjects } from '../core/memory/objectSize.ts'
import type { StoredObject } from '../core/object.ts'
import type { CollectionSchema } from '../core/schema.ts'
import type { Source } from '../core/stage.ts'
import type { Collection, Projection } from './store.ts'

/** How to read objects. */
export interface ReadOptions {
  readonly projection: Projection
  /** Repeats a failed read; by default each is made once. */
  readonly retry?: Retrying
  /** Once aborted the stream errors with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The objects of a range, page by page in order of id. After a transient error it continues with the object after the
 * last one it yielded. Memory: a page, and what the store reads ahead. Errors: those of the store; ELYSIA_STORE if it
 * returns an id out of order, twice, or from outside the range: code that relies on the order would miss objects, or
 * never end
 */
export function objectPages(
  collection: Collection,
  range: ObjectRange,
  options: ReadOptions,
): Source<StoredObject[]> {
  return new ObjectPages(collection, range, options)
}

/** A collection as a source of objects. `ranges` in reading order: all ids by default. */
export function storeObjects(
  collection: Collection,
  schema: CollectionSchema,
  options: ReadOptions,
  ranges: readonly ObjectRange[] = [{}],
): ObjectSource {
  return { schema, ranges, pages: (range) => objectPages(collection, range, options), close: async () => {} }
}

function once<T>(call: () => Promise<T>): Promise<T> {
  return call()
}

class ObjectPages extends Readable {
  readonly #collection: Collection
  readonly #range: ObjectRange
  readonly #options: ReadOptions
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  #last: string | undefined
  #pages: AsyncIterator<StoredObject[]> | undefined

  constructor(collection: Collection, range: ObjectRange, options: ReadOptions) {
    // A page is read on request: one that waited would outlive the garbage collections of short-lived memory.
    super({ objectMode: true, highWaterMark: 0 })
    this.#collection = collection
    this.#range = range
    this.#options = options
    this.#last = range.after
    const { signal } = options
    this.#signal = signal === undefined ? this.#ended.signal : AbortSignal.any([signal, this.#ended.signal])
  }

  override _read(): void {
    const { retry = once } = this.#options
    const read = () => retry(() => this.#next(), this.#signal)
    // A store that never waits, such as an embedded one, would block timers and signals.
    turn()
      .then(read)
      .then(
        (page) => this.#take(page),
        (error) => this.destroy(error),
      )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ended.abort(error ?? undefined)
    const closing = this.#pages?.return?.()
    Promise.resolve(closing).then(
      () => done(error),
      () => done(error),
    )
  }

  async #next(): Promise<IteratorResult<StoredObject[]>> {
    this.#signal.throwIfAborted()
    this.#pages ??= this.#open()
    try {
      return await this.#pages.next()
    } catch (error) {
      this.#pages = undefined
      throw error
    }
  }

  #open(): AsyncIterator<StoredObject[]> {
    const { tenant, upTo } = this.#range
    const range = {
      ...(this.#last !== undefined && { after: this.#last }),
      ...(upTo !== undefined && { upTo }),
    }
    const call = { signal: this.#signal, ...(tenant !== undefined && { tenant }) }
    return this.#collection.read(this.#options.projection, range, call)[Symbol.asyncIterator]()
  }

  #take(page: IteratorResult<StoredObject[]>): void {
    if (page.done === true) {
      this.push(null)
      return
    }
    try {
      this.#last = checkedLastId(page.value, this.#last, this.#range.upTo, this.#collection.name)
      noteGarbageObjects(page.value)
      this.push(page.value)
    } catch (error) {
      this.destroy(error as Error)
    }
  }
}

/**
 * The last id of a page, after checking that each id is greater than the one before.
 * @throws ElysiaError ELYSIA_STORE if one is not, or is beyond `upTo`
 */
export function checkedLastId(
  page: readonly StoredObject[],
  after: string | undefined,
  upTo: string | undefined,
  name: string,
): string {
  let last = after ?? ''
  for (const { id } of page) {
    if (id <= last) throw disorder(name, `gave ${id} after ${last}`)
    last = id
  }
  if (page.length === 0) throw disorder(name, `gave an empty page after ${last}`)
  if (upTo !== undefined && last > upTo) throw disorder(name, `gave ${last}, asked for ids up to ${upTo}`)
  return last
}

function disorder(name: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `reading ${name} in order of id, the store ${fact}`, {
    hint: 'a store that does not keep this order cannot be read completely: check the server, and any proxy in front of it',
  })
}
