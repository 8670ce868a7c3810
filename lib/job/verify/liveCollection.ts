import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { ObjectsDigest } from '../../archive/object/digest.ts'
import { type Retrying, retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { scan } from '../../store/scan.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { whatOf } from '../backup/plan.ts'
import type { Normalize } from './normalize.ts'

/** A class as a store holds it now. What keeps it from being read for two minutes is thrown. */
export class LiveClass {
  readonly store: Store
  readonly #name: string
  readonly #what: ReturnType<typeof whatOf>
  readonly #signal: AbortSignal
  readonly retry: Retrying

  /** Vectors are read where the archive of this manifest has them. */
  constructor({ encoding }: Manifest, store: Store, name: string, signal: AbortSignal) {
    this.store = store
    this.#name = name
    this.#what = whatOf(encoding.vectors !== 'none')
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

  /** Counts the objects of a range, and digests of each what `as` leaves of it, all unless told. Memory: a page. */
  async read({ tenant, after, up_to: upTo }: IdRange, as: Normalize = (object) => object) {
    const call = { signal: this.#signal, ...(tenant !== undefined && { tenant }) }
    const stretch = { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }) }
    const collection = this.store.collection(this.#name)
    const digest = new ObjectsDigest()
    let objects = 0
    for await (const page of scan(collection, this.#what, stretch, call, this.retry)) {
      for (const object of page) digest.add(as(object))
      objects += page.length
    }
    return { objects, digest: digest.hex() }
  }
}
