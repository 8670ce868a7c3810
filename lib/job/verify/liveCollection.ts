import { Readable } from 'node:stream'
import { rangeOf } from '../../archive/idRange.ts'
import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { ObjectsDigest } from '../../archive/object/digest.ts'
import type { ObjectRange, ObjectSource } from '../../archive/object/source.ts'
import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { scanProjection } from '../backup/plan.ts'
import { selectedPages } from '../selection/pages.ts'
import { declaredSelection, type Selection } from '../selection/selection.ts'

/** How a store is read: calls that may succeed later are repeated by `retry`. */
export interface LiveReadOptions {
  readonly signal: AbortSignal
  readonly retry: Retrying
}

/** A class as a store holds it now. Throws an error that keeps it from being read for as long as `retry` tries. */
export class LiveClass {
  readonly store: Store
  readonly #name: string
  readonly #what: ReturnType<typeof scanProjection>
  readonly #selection: Selection | undefined
  readonly #signal: AbortSignal
  readonly retry: Retrying
  /** The error that kept it from being read, if there was one. */
  failure: unknown

  /** Reads vectors if the archive of this manifest has them, and only the objects that it selects. */
  constructor(
    { encoding, schema, selection }: Manifest,
    store: Store,
    name: string,
    { signal, retry }: LiveReadOptions,
  ) {
    this.store = store
    this.#name = name
    this.#what = scanProjection(encoding.vectors !== 'none')
    this.#selection = declaredSelection(schema as unknown as CollectionSchema, selection)
    this.#signal = signal
    this.retry = retry
  }

  /** @throws ElysiaError ELYSIA_NOT_FOUND */
  async schema(): Promise<CollectionSchema> {
    const schema = await this.retry(() => this.store.schema(this.#name))
    if (schema !== undefined) return schema
    throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection ${this.#name} in ${this.store.target}`)
  }

  tenants(): Promise<Tenant[]> {
    return this.retry(() => this.store.tenantStates(this.#name))
  }

  /** Counts the objects of a range that the archive selects, and digests each. Memory: a page. */
  async read(range: IdRange): Promise<{ readonly objects: number; readonly digest: string }> {
    const digest = new ObjectsDigest()
    let objects = 0
    for await (const page of this.#pages(rangeOf(range))) {
      for (const object of page) digest.add(object)
      objects += page.length
    }
    return { objects, digest: digest.hex() }
  }

  /** The objects that the archive selects as a source; `ranges` name the tenants. */
  source(schema: CollectionSchema, ranges: readonly ObjectRange[]): ObjectSource {
    const pages = (range: ObjectRange) =>
      Readable.from(this.#pages(range), { objectMode: true, highWaterMark: 1 })
    return { schema, ranges, pages, close: async () => {} }
  }

  async *#pages(range: ObjectRange): AsyncGenerator<readonly StoredObject[]> {
    const collection = this.store.collection(this.#name)
    const options = { projection: this.#what, retry: this.retry, signal: this.#signal }
    const selection = this.#selection
    const pages: AsyncIterable<StoredObject[]> = selectedPages(collection, selection, range, options)
    try {
      for await (const page of pages) {
        const selected = selection === undefined ? page : page.filter(selection.selects).map(selection.kept)
        if (selected.length > 0) yield selected
      }
    } catch (error) {
      this.failure = error
      throw error
    }
  }
}
