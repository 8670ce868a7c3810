import type { RestoreRun } from '../run.ts'

/** Makes the tenants that were not known beforehand; in an existing class, first records those that it lacks. */
export function tenantMaker({
  plan,
  retry,
  store,
  class: name,
  kept,
}: RestoreRun): (tenant: string) => Promise<void> {
  const made = new Map((plan.tenants ?? []).map((tenant) => [tenant.name, Promise.resolve()]))
  let existingNames: Promise<ReadonlySet<string>> | undefined
  const make = async (tenant: string) => {
    if (kept.undo !== undefined) {
      existingNames ??= retry(() => store.tenants(name)).then((names) => new Set(names))
      if (!(await existingNames).has(tenant)) kept.undo.noteTenants([tenant])
    }
    await retry(() => store.createTenants(name, [tenant]))
  }
  return (tenant) => {
    let making = made.get(tenant)
    if (making === undefined) {
      making = make(tenant)
      made.set(tenant, making)
    }
    return making
  }
}
