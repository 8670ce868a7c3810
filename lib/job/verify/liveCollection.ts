import { rangeOf } from '../../archive/idRange.ts'
import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { ObjectsDigest } from '../../archive/object/digest.ts'
import { type Retrying, retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Store, Tenant } from '../../store/store.ts'
import type { Normalize } from '../../transform/object/normalize.ts'
import { whatOf } from '../backup/plan.ts'
import { selectedPages } from '../selection/pages.ts'
import { declaredSelection, type Selection } from '../selection/selection.ts'

/** A class as a store holds it now. What keeps it from being read for two minutes is thrown. */
export class LiveClass {
  readonly store: Store
  readonly #name: string
  readonly #what: ReturnType<typeof whatOf>
  readonly #selection: Selection | undefined
  readonly #signal: AbortSignal
  readonly retry: Retrying

  /** Vectors are read where the archive of this manifest has them, and of the objects those that it selects. */
  constructor({ encoding, schema, selection }: Manifest, store: Store, name: string, signal: AbortSignal) {
    this.store = store
    this.#name = name
    this.#what = whatOf(encoding.vectors !== 'none')
    this.#selection = declaredSelection(schema as unknown as CollectionSchema, selection)
    this.#signal = signal
    this.retry = retryUntilDeadline({ forMs: 120_000, signal })
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

  /** Counts the selected objects of a range, and digests each after `as`, by default the whole object. Memory: a page. */
  async read(range: IdRange, as: Normalize = (object) => object) {
    const collection = this.store.collection(this.#name)
    const options = { projection: this.#what, retry: this.retry, signal: this.#signal }
    const selection = this.#selection
    const pages: AsyncIterable<StoredObject[]> = selectedPages(collection, selection, rangeOf(range), options)
    const digest = new ObjectsDigest()
    let count = 0
    for await (const page of pages) {
      for (const object of page) {
        if (selection?.selects(object) === false) continue
        digest.add(as(selection?.kept(object) ?? object))
        count += 1
      }
    }
    return { objects: count, digest: digest.hex() }
  }
}
