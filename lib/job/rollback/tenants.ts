import { hasTenants } from '../../core/schema.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import { objectPages } from '../../store/objects.ts'
import { RestoreLog } from '../restore/progressTable.ts'
import type { RollbackRun } from './run.ts'

/**
 * Wakes inactive tenants for the duration of the rollback. Afterwards they get the states that an interrupted restore
 * or rollback had recorded, including those that it left active.
 */
export async function wokenTenants(run: RollbackRun): Promise<WokenTenants | undefined> {
  const { store, retry, kept, frame, options, index, log } = run
  const { class: name, schema, tenants_made: made = [] } = kept.header
  const { state } = frame.context
  if (!hasTenants(schema) || options.dryRun) return undefined
  const touched = new Set([...index.tenants(), ...made])
  const now = await retry(() => store.tenantStates(name))
  const states = new Map(now.map((tenant) => [tenant.name, tenant.state]))
  const recordedTenants = state && new RestoreLog(state.database, kept.header.run).existing?.tenants
  const wanted = recordedTenants?.filter((tenant) => states.has(tenant.name)) ?? now
  const isDue = (tenant: string) =>
    touched.has(tenant) || (recordedTenants && states.get(tenant) === 'active')
  const tenants = log?.existing?.tenants ?? wanted.filter((tenant) => isDue(tenant.name))
  log?.noteExisting({ tenants })
  const there = tenants.filter((tenant) => states.has(tenant.name))
  const woken = new WokenTenants(store, name, there, { emit: frame.emit, retry })
  for (const tenant of there) await woken.wake(tenant.name)
  return woken
}

/** Removes the tenants that the run had made, and that are empty again. All of them must be active. */
export async function removeMadeTenants(run: RollbackRun, woken: WokenTenants | undefined): Promise<void> {
  const { kept, tenants, collection, retry, store, progress, frame } = run
  const empty: string[] = []
  for (const tenant of kept.header.tenants_made ?? []) {
    if (tenants?.has(tenant) !== true) continue
    const count = await retry(() => collection.count({ tenant, signal: frame.signal }))
    if (count === 0 && !(await holdsAnything(run, tenant))) empty.push(tenant)
  }
  if (empty.length === 0) return
  await retry(() => store.dropTenants(kept.header.class, empty))
  for (const tenant of empty) woken?.forget(tenant)
  progress.tenantsRemoved = empty
}

/** A count may come from a replica that missed writes. */
async function holdsAnything({ collection, retry, frame }: RollbackRun, tenant: string): Promise<boolean> {
  const options = { projection: { properties: [], vectors: false }, retry, signal: frame.signal }
  for await (const _ of objectPages(collection, { tenant }, options)) return true
  return false
}
