import { type CollectionSchema, isReference, propertiesIn } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import type { Store } from '../../../store/store.ts'
import type { SchemaPatch } from '../../../transform/schema/patch.ts'
import type { RestoreOptions } from '../options.ts'

/** Handles references to classes that the target lacks: keeps them, with an event, or drops their property. */
export async function withoutTargets(
  store: Store,
  schema: CollectionSchema,
  { missingReferences }: RestoreOptions,
  emit: Emit,
  beside: ReadonlySet<string>,
): Promise<{ leftOut: Set<string>; patches: SchemaPatch[] }> {
  const leftOut = new Set<string>()
  const patches: SchemaPatch[] = []
  for (const property of propertiesIn(schema).filter(isReference)) {
    const missing: string[] = []
    for (const target of property.dataType) {
      const comes = target === schema.class || beside.has(target)
      if (!comes && (await store.schema(target)) === undefined) missing.push(target)
    }
    if (missing.length === 0) continue
    if (missingReferences === 'keep') {
      emit({ type: 'reference_target_missing', property: property.name, collections: missing })
      continue
    }
    leftOut.add(property.name)
    const reason = `the target has no ${missing.join(', ')}`
    patches.push({
      rule: 'reference-target-missing',
      path: `properties.${property.name}`,
      from: property,
      reason,
    })
  }
  return { leftOut, patches }
}
