import { type CollectionSchema, hasTenants, vectorNames } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'

/** Announces the derived class. */
export function announceDerived(schema: CollectionSchema, emit: Emit): void {
  const { unnamed, named } = vectorNames(schema)
  emit({
    type: 'class_derived',
    collection: schema.class,
    properties: (schema.properties ?? []).map(({ name, dataType }) => `${name} ${dataType.join('|')}`),
    vectors: [...(unnamed ? [''] : []), ...named],
    tenants: hasTenants(schema),
  })
}
