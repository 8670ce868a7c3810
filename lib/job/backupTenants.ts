import type { Store, Tenant } from '../store/store.ts'
import type { Notify } from './notice.ts'

/** The server takes so many at once; more are activated in turns of this size to bound what is loaded. */
export async function withActiveTenants<T>(
  store: Store,
  name: string,
  tenants: readonly Tenant[] | undefined,
  notify: Notify,
  work: () => Promise<T>,
): Promise<T> {
  const asleep = (tenants ?? []).filter(({ state }) => state !== 'active')
  if (asleep.length === 0) return work()
  notify('tenants_activated', `activates ${asleep.length} tenants for the scan; they are put back after it`)
  try {
    await store.setTenantStates(
      name,
      asleep.map((tenant) => ({ name: tenant.name, state: 'active' })),
    )
    return await work()
  } finally {
    await store.setTenantStates(name, asleep)
  }
}
