import type { Retrying } from '../../../async/retry.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { type CollectionSchema, hasTenants } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store, StoreUse } from '../../../store/store.ts'
import type { Transform } from '../../../transform/transform.ts'
import { requireClock, requireUse } from '../../health/requirements.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestorePlan } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'

/**
 * Checks the rights on the target, and its clock, before anything is written.
 * @throws ElysiaError ELYSIA_CONFLICT, ELYSIA_REFUSED if the target could not take, or would lose, what is written
 */
export async function requireWritable(
  store: Store,
  { schema }: RestorePlan,
  { onConflict, intoAlias, degraded }: RestoreOptions,
  isThere: boolean,
  retry: Retrying,
): Promise<void> {
  const does: StoreUse['does'] = [
    'read',
    'write',
    ...(isThere ? [] : (['make'] as const)),
    ...(onConflict === 'replace' ? (['delete'] as const) : []),
    ...(hasTenants(schema) ? (['tenants'] as const) : []),
    ...(intoAlias === undefined ? [] : (['alias'] as const)),
  ]
  const clock = requireClock(store, retry)
  // Other errors are reported first.
  clock.catch(() => {})
  await requireUse(store, { collection: schema.class, does, degraded }, retry)
  await clock
}

/**
 * The plan for a class that may exist. An existing class needs no description of how to make it, and objects without a
 * class belong to it.
 */
export async function planForExisting(
  store: Store,
  source: RestoreSource,
  { name, onConflict, onNewProperty }: RestoreOptions,
  emit: Emit,
  retry: Retrying,
  transforms: readonly Transform[],
): Promise<{ readonly source: RestoreSource; readonly emit: Emit; readonly existing?: CollectionSchema }> {
  if (onConflict === 'fail') return { source, emit }
  const { class: from } = source.schema
  const existing = await retry(() => store.schema(name === undefined ? from : classNameOf(name)))
  if (existing === undefined) return { source, emit }
  const isOwn = transforms.length > 0 || onNewProperty === 'evolve'
  const expected = isOwn ? typedBy(existing, source.schema) : existing
  return {
    source: source.ofClass?.({ ...expected, class: from }) ?? source,
    emit: (event) => event.type === 'schema_patched' || emit(event),
    existing,
  }
}

/**
 * Transforms begin with the source's properties, which the class need not have; the types of an existing class are
 * certain.
 */
function typedBy(existing: CollectionSchema, source: CollectionSchema): CollectionSchema {
  const known = new Map((existing.properties ?? []).map((property) => [property.name, property]))
  const properties = (source.properties ?? []).map((property) => known.get(property.name) ?? property)
  return { ...existing, properties }
}
