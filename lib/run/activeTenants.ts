import type { Retrying } from '../async/retry.ts'
import type { Store, Tenant } from '../store/store.ts'
import type { Emit } from './context.ts'
import { hintedFailure } from './failure.ts'

/**
 * Inactive tenants, woken one by one for a piece of work and put back after it: a killed process leaves no more of them
 * active than it was working on.
 */
export class WokenTenants {
  readonly #store: Store
  readonly #name: string
  readonly #asleep: ReadonlyMap<string, Tenant>
  readonly #awake = new Map<string, Tenant>()
  readonly #retry: Retrying
  readonly #emit: Emit

  /** `tenants` with the states that they will have afterwards; undefined if the collection has none. */
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

  /** Announces how many will be woken, if any. */
  announce(): void {
    if (this.#asleep.size === 0) return
    this.#emit({ type: 'tenants_activated', tenants: this.#asleep.size })
  }

  /** Activates a sleeping tenant; leaves any other as it is. */
  async wake(tenant: string | undefined): Promise<void> {
    const known = tenant === undefined ? undefined : this.#asleep.get(tenant)
    if (known === undefined || this.#awake.has(known.name)) return
    // Recorded before the call: a failed call may have woken it.
    this.#awake.set(known.name, known)
    await this.#retry(() => this.#store.setTenantStates(this.#name, [{ name: known.name, state: 'active' }]))
  }

  /** Puts a tenant back to sleep if it should be asleep, even one that was found awake. */
  async putBack(tenant: string | undefined): Promise<void> {
    const known = tenant === undefined ? undefined : this.#asleep.get(tenant)
    if (known === undefined) return
    await this.#retry(() => this.#store.setTenantStates(this.#name, [known]))
    this.#awake.delete(known.name)
  }

  /** A tenant that is gone is not put back. */
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

/** The inactive tenants. */
export function asleepOf(tenants: readonly Tenant[] | undefined): Tenant[] {
  return (tenants ?? []).filter(({ state }) => state !== 'active')
}
