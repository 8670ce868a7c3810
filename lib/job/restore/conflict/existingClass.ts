import { type CollectionSchema, hasTenants, type PropertySchema } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store } from '../../../store/store.ts'
import { normalizerFor } from '../../../transform/object/comparable.ts'
import { schemaDifferences } from '../../../transform/schema/differences.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestorePlan, RestoreRun } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'
import { CheckedVectors } from '../vectors/checkedVectors.ts'
import { vectorPresence } from '../vectors/presence.ts'
import { newPropertiesOfExisting, withNewProperties } from './newProperties.ts'
import { requireFit, requireMergeable, requireWholeObjects } from './requirements.ts'

/**
 * Adapts the plan of a restore to an existing class, which keeps its definition and its aliases.
 * @throws ElysiaError ELYSIA_CONFLICT if the objects do not fit into it, ELYSIA_USAGE if the user must say whose
 * vectors a merge takes
 */
export function planInto(
  store: Store,
  existing: CollectionSchema,
  before: RestorePlan,
  source: RestoreSource,
  options: RestoreOptions,
): RestorePlan {
  const plan = { ...before, newProperties: newPropertiesOfExisting(existing, before, options) }
  const becomes = withNewProperties(existing, plan.newProperties)
  requireFit(store, becomes, plan, source)
  requireMergeable(existing, options)
  requireWholeObjects(existing, plan, source, options)
  return {
    ...plan,
    patches: [],
    aliases: [],
    compared: normalizerFor(store.kind, becomes),
    mayExpire: undefined,
    vectors: new CheckedVectors(becomes),
    presence: vectorPresence(store, becomes),
  }
}

/** Prepares an existing class before the first object is written. Its definition stays as it is. */
export async function prepareExisting(run: RestoreRun): Promise<void> {
  await addProperties(run)
  noteDifferences(run)
  await prepareTenants(run)
}

/**
 * Adds new properties to the class, with `--on-new-property evolve`. An undo cannot remove them, since a server cannot.
 */
async function addProperties({ store, plan, retry, class: name, frame }: RestoreRun): Promise<void> {
  for (const property of plan.newProperties.added) {
    await retry(() => store.addProperty(name, property))
    frame.emit(addedEvent(name, property, false))
  }
}

/** In a dry run, announces what the class would get. */
export function announceProperties(
  { newProperties: { added } }: RestorePlan,
  name: string,
  emit: Emit,
): void {
  for (const property of added) emit(addedEvent(name, property, true))
}

function addedEvent(collection: string, { name, dataType }: PropertySchema, dry_run: boolean) {
  return { type: 'property_added', collection, property: name, data_type: dataType.join(), dry_run } as const
}

/** Reports how the class differs from the archive's, although the objects fit. */
function noteDifferences({ plan, existing, progress, frame }: RestoreRun): void {
  progress.differences = schemaDifferences(plan.schema, existing!.schema)
  for (const { path, wanted, got } of progress.differences) {
    frame.emit({ type: 'schema_kept', path, archive: wanted, ...(got !== undefined && { kept: got }) })
  }
}

/**
 * Makes the tenants that the class lacks, and wakes those that are needed. First records the states that all of them
 * will have afterwards: existing tenants keep theirs.
 */
async function prepareTenants(run: RestoreRun): Promise<void> {
  const { store, plan, retry, class: name, kept, existing } = run
  if (plan.tenants === undefined || !hasTenants(existing!.schema)) {
    if (kept.log.existing === undefined) kept.log.noteExisting({})
    return
  }
  const there = await retry(() => store.tenantStates(name))
  const tenantsByName = new Map(there.map((tenant) => [tenant.name, tenant]))
  const before = kept.log.existing?.tenants
  const afterwards = before ?? plan.tenants.map((tenant) => tenantsByName.get(tenant.name) ?? tenant)
  if (before === undefined) kept.log.noteExisting({ tenants: afterwards })
  const missing = plan.tenants.filter((tenant) => !tenantsByName.has(tenant.name))
  kept.undo?.noteTenants(missing.map((tenant) => tenant.name))
  await retry(() =>
    store.createTenants(
      name,
      missing.map((tenant) => tenant.name),
    ),
  )
  const asleep = plan.tenants.filter((tenant) => tenantsByName.get(tenant.name)?.state !== 'active')
  if (asleep.length === 0) return
  await retry(() =>
    store.setTenantStates(
      name,
      asleep.map((tenant) => ({ name: tenant.name, state: 'active' })),
    ),
  )
}
