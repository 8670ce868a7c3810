import type { StoredObject } from '../../../core/object.ts'
import { hasTenants } from '../../../core/schema.ts'
import { WokenTenants } from '../../../run/activeTenants.ts'
import { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { Projection } from '../../../store/store.ts'
import type { RestoreRun } from '../run.ts'

/**
 * Reads what a class holds before it is changed. Wakes inactive tenants one after another, and `close` puts them back;
 * a missing tenant holds nothing.
 */
export class ExistingReader {
  readonly #calls: RetryingCollection
  readonly #projection: Projection
  readonly #tenants: ReadonlySet<string> | undefined
  readonly #woken: WokenTenants
  readonly #isThere: boolean

  private constructor(run: RestoreRun, tenants: readonly string[] | undefined, woken: WokenTenants) {
    this.#calls = new RetryingCollection(run.collection, run.retry, run.frame.signal)
    this.#isThere = run.existing !== undefined
    const references = run.existing?.traces.refers === true
    this.#projection = { properties: 'all', vectors: true, references, times: true }
    this.#tenants = tenants && new Set(tenants)
    this.#woken = woken
  }

  static async of(run: RestoreRun): Promise<ExistingReader> {
    const { store, class: name, existing, retry, frame } = run
    const isTenanted = existing !== undefined && hasTenants(existing.schema)
    const states = isTenanted ? await retry(() => store.tenantStates(name)) : undefined
    const woken = new WokenTenants(store, name, states, { emit: frame.emit, retry })
    return new ExistingReader(
      run,
      states?.map((tenant) => tenant.name),
      woken,
    )
  }

  /** The existing objects with those ids, of one tenant, complete. */
  async find(ids: readonly string[], tenant: string | undefined): Promise<Map<string, StoredObject>> {
    const isThere = this.#isThere && (this.#tenants === undefined || this.#tenants.has(tenant ?? ''))
    if (!isThere || ids.length === 0) return new Map()
    await this.#woken.wake(tenant)
    return this.#calls.find(ids, this.#projection, tenant)
  }

  close(): Promise<void> {
    return this.#woken.close()
  }
}
