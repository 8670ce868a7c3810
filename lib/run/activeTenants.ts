import type { Retrying } from '../async/retry.ts'
import { messageOf } from '../core/errors.ts'
import { counted } from '../core/units.ts'
import type { Store, Tenant } from '../store/store.ts'
import type { Notify } from './events.ts'

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
  readonly #notify: Notify

  /** `tenants` with the states that they are to have afterwards; undefined where the collection has none. */
  constructor(
    store: Store,
    name: string,
    tenants: readonly Tenant[] | undefined,
    { notify, retry }: { readonly notify: Notify; readonly retry: Retrying },
  ) {
    this.#store = store
    this.#name = name
    this.#asleep = new Map(asleepOf(tenants).map((tenant) => [tenant.name, tenant]))
    this.#retry = retry
    this.#notify = notify
  }

  isAsleep(tenant: string | undefined): boolean {
    return tenant !== undefined && this.#asleep.has(tenant)
  }

  /** Says how many will be woken, where there are any. */
  announce(): void {
    if (this.#asleep.size === 0) return
    const many = counted(this.#asleep.size, 'tenant')
    this.#notify(
      'tenants_activated',
      `activates ${many} for the scan one by one, and puts each back after it`,
    )
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

  /** Puts back what failed work left awake; that a tenant stays active is said. */
  async close(): Promise<void> {
    if (this.#awake.size === 0) return
    const left = [...this.#awake.values()]
    this.#awake.clear()
    // Once: what keeps the server from it has been waited for already.
    await this.#store
      .setTenantStates(this.#name, left)
      .catch((kept) =>
        this.#notify(
          'tenant_state_kept',
          `${counted(left.length, 'tenant')} left active: ${messageOf(kept)}`,
        ),
      )
  }
}

/** Those that are not active. */
export function asleepOf(tenants: readonly Tenant[] | undefined): Tenant[] {
  return (tenants ?? []).filter(({ state }) => state !== 'active')
}
