import { messageOf } from '../errors.ts'
import type { Store, Tenant } from '../store/store.ts'
import type { Retrying } from '../stream/retry.ts'
import { counted } from '../units.ts'
import type { Notify } from './notice.ts'

/**
 * Activates tenants that are not active for a piece of work, and puts them back after it, whatever came of it.
 * Where the work failed, its error is the one that counts; that tenants stay active is said.
 */
export async function withActiveTenants<T>(
  store: Store,
  name: string,
  tenants: readonly Tenant[] | undefined,
  { notify, retry }: { readonly notify: Notify; readonly retry: Retrying },
  work: () => Promise<T>,
): Promise<T> {
  const asleep = (tenants ?? []).filter(({ state }) => state !== 'active')
  if (asleep.length === 0) return work()
  notify(
    'tenants_activated',
    `activates ${counted(asleep.length, 'tenant')} for the scan, and puts back after it`,
  )
  const putBack = () => store.setTenantStates(name, asleep)
  let done: T
  try {
    await retry(() =>
      store.setTenantStates(
        name,
        asleep.map((tenant) => ({ name: tenant.name, state: 'active' })),
      ),
    )
    done = await work()
  } catch (error) {
    // Once: what keeps the server from it has been waited for already.
    await putBack().catch((kept) =>
      notify('tenant_state_kept', `${counted(asleep.length, 'tenant')} left active: ${messageOf(kept)}`),
    )
    throw error
  }
  await retry(putBack)
  return done
}
