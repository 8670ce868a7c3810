import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { hintedFailure } from '../../../run/failure.ts'
import type { Tenant } from '../../../store/store.ts'
import { schemaDifferences } from '../../../transform/schema/differences.ts'
import { prepareExisting } from '../conflict/existingClass.ts'
import { shapeOf } from '../progressTable.ts'
import type { RestoreRun } from '../run.ts'
import { createClass, finishClass, isLasting } from './createClass.ts'

/** A class with its reference properties, as the restore wants it. */
type PlannedClass = Pick<RestoreRun['plan'], 'schema' | 'references'>

/**
 * Makes the classes of restores that go together, then their reference properties, which may point from one to another,
 * and their tenants, all active; existing ones stay.
 */
export async function makeTargets(runs: readonly RestoreRun[]): Promise<void> {
  const own = runs.filter(({ existing }) => existing === undefined)
  for (const run of own) await makeClass(run)
  try {
    for (const run of own) await addReferences(run)
  } catch (error) {
    // Leaves nothing of ours behind if none of it can be used.
    if (isLasting(error)) for (const run of own) if (!run.continues) await run.store.drop(run.class)
    throw error
  }
  for (const run of runs) {
    if (run.existing === undefined) await finishTarget(run)
    else await prepareExisting(run)
  }
}

async function makeClass(run: RestoreRun): Promise<void> {
  const { frame, class: name } = run
  if (!run.continues) {
    await createClass(run)
    frame.emit({ type: 'collection_created', collection: name, dry_run: false })
  } else if (!run.kept.log.made) await finishClass(run)
  if (!run.kept.log.made) run.kept.log.noteMade()
}

async function finishTarget(run: RestoreRun): Promise<void> {
  const { store, plan, retry, frame, class: name, progress } = run
  const made = await retry(() => store.schema(name))
  if (made !== undefined && run.kept.written !== undefined) run.kept.log.noteMade(shapeOf(made))
  if (made !== undefined) {
    progress.differences = schemaDifferences(progress.remade?.schema ?? plan.schema, made)
  }
  for (const { path, wanted, got } of progress.differences) {
    frame.emit({ type: 'schema_differs', path, wanted, ...(got !== undefined && { got }) })
  }
  if (plan.tenants === undefined || plan.tenants.length === 0) return
  const names = plan.tenants.map((tenant) => tenant.name)
  await retry(() => store.createTenants(name, names))
  await retry(() => store.setTenantStates(name, plan.tenants!.map(active)))
}

/** True if a class may be the one that an interrupted restore made. */
export function isSame(existing: CollectionSchema, { schema, references }: PlannedClass): boolean {
  const wanted = [...(schema.properties ?? []), ...references]
  const there = new Map((existing.properties ?? []).map(({ name, dataType }) => [name, dataType.join()]))
  const known = new Set(wanted.map(({ name }) => name))
  return (
    (schema.properties ?? []).every(({ name, dataType }) => there.get(name) === dataType.join()) &&
    [...there.keys()].every((name) => known.has(name))
  )
}

/** Adds the aliases; an alias that is taken is an event, not a failure. */
export async function addAliases(run: RestoreRun): Promise<void> {
  const { store, plan, retry, frame, class: name } = run
  if (plan.aliases.length === 0) return
  const there = await retry(() => store.aliases())
  for (const alias of plan.aliases) {
    const own = there.some((one) => one.alias === alias && one.collection === name)
    try {
      if (!own) await retry(() => store.createAlias({ alias, collection: name }))
      run.progress.aliases.push(alias)
    } catch (error) {
      if (!isLasting(error)) throw error
      frame.emit({ type: 'alias_not_restored', alias, error: hintedFailure(error) })
    }
  }
}

/**
 * Gives tenants their previous states: those of the existing class, otherwise those of the archive. If the target
 * cannot do that, they stay active, with an event.
 */
export async function putTenantsBack(run: RestoreRun): Promise<void> {
  const { store, plan, retry, frame, class: name, kept, existing } = run
  const wanted = existing === undefined ? plan.tenants : kept.log.existing?.tenants
  const asleep = (wanted ?? []).filter(({ state }) => state !== 'active')
  for (const [state, tenants] of Map.groupBy(asleep, (tenant) => tenant.state)) {
    try {
      await retry(() => store.setTenantStates(name, tenants))
    } catch (error) {
      if (!isLasting(error)) throw error
      const left = { tenants: tenants.length, collection: name, state }
      frame.emit({ type: 'tenants_left_active', ...left, error: hintedFailure(error) })
    }
  }
}

function active({ name }: Tenant): Tenant {
  return { name, state: 'active' }
}

async function addReferences({ store, plan, retry, class: name }: RestoreRun): Promise<void> {
  if (plan.references.length === 0) return
  const existing = await retry(() => store.schema(name))
  const there = new Set((existing?.properties ?? []).map((property) => property.name))
  for (const property of plan.references) {
    if (there.has(property.name)) continue
    try {
      await retry(() => store.addProperty(name, property))
    } catch (error) {
      throw isLasting(error) ? unreferable(property.name, property.dataType, error) : error
    }
  }
}

function unreferable(name: string, targets: readonly string[], cause: ElysiaError): ElysiaError {
  const message = `the reference property ${name} to ${targets.join(', ')} cannot be made: ${cause.message}`
  return new ElysiaError('ELYSIA_CONFLICT', message, {
    cause,
    hint: 'no object was written; restore the class it leads to first, or both together (`col restore A B`), or give --missing-references drop',
  })
}
