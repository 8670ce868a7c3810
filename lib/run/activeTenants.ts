import type { Retrying } from '../async/retry.ts'
import type { Store, Tenant } from '../store/store.ts'
import type { Emit } from './context.ts'
import { hintedFailure } from './failure.ts'

/**
 * Tenants that are not active, woken one by one for a piece of work and put back after it: what is killed leaves
 * no more of them active than it had at work.
 */
export class WokenTenants {
  readonly #store: Store
  readonly #name: string
  readonly #asleep: ReadonlyMap<string, Tenant>
  readonly #awake = new Map<string, Tenant>()
  readonly #retry: Retrying
  readonly #emit: Emit

  /** `tenants` with the states that they are to have afterwards; undefined where the collection has none. */
  constructor(
    store: Store,
    name: string,
    tenants: readonly Tenant[] | undefined,
    { emit, retry }: { readonly emit: Emit; readonly retry: Retrying },
  ) {
    this.#store = store
    this.#name = name
    this.#asleep = new Map(asleepOf(tenants).map((tenant) => [tenant.name, tenant]))
    this.#retry = retry
    this.#emit = emit
  }

  isAsleep(tenant: string | undefined): boolean {
    return tenant !== undefined && this.#asleep.has(tenant)
  }

  /** Says how many will be woken, where there are any. */
  announce(): void {
    if (this.#asleep.size === 0) return
    this.#emit({ type: 'tenants_activated', tenants: this.#asleep.size })
  }

  /** Activates a tenant that is asleep; any other is left as it is. */
  async wake(tenant: string | undefined): Promise<void> {
    const known = tenant === undefined ? undefined : this.#asleep.get(tenant)
    if (known === undefined || this.#awake.has(known.name)) return
    // Before the call: one that failed may have woken it.
    this.#awake.set(known.name, known)
    await this.#retry(() => this.#store.setTenantStates(this.#name, [{ name: known.name, state: 'active' }]))
  }

  /** Puts a tenant back that is to be asleep, also one that was found awake. */
  async putBack(tenant: string | undefined): Promise<void> {
    const known = tenant === undefined ? undefined : this.#asleep.get(tenant)
    if (known === undefined) return
    await this.#retry(() => this.#store.setTenantStates(this.#name, [known]))
    this.#awake.delete(known.name)
  }

  /** Of a tenant that is gone nothing is put back. */
  forget(tenant: string): void {
    this.#awake.delete(tenant)
  }

  /** Puts back the tenants that failed work left active; emits an event for a tenant that stays active. */
  async close(): Promise<void> {
    if (this.#awake.size === 0) return
    const left = [...this.#awake.values()]
    this.#awake.clear()
    // Without retries: the failed work has already waited for the server.
    await this.#store
      .setTenantStates(this.#name, left)
      .catch((kept) =>
        this.#emit({ type: 'tenants_left_active', tenants: left.length, error: hintedFailure(kept) }),
      )
  }
}

/** Those that are not active. */
export function asleepOf(tenants: readonly Tenant[] | undefined): Tenant[] {
  return (tenants ?? []).filter(({ state }) => state !== 'active')
}
