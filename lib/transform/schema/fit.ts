import {
  type CollectionSchema,
  hasTenants,
  isReference,
  multiVectorIn,
  type PropertySchema,
  vectorNames,
} from '../../core/schema.ts'

/** Which parts of the objects count. */
export interface FitOptions {
  /** False if objects come without vectors. */
  readonly vectors: boolean
}

/**
 * Why objects of `wanted` do not fit into an existing class: tenants, properties or vectors that it lacks, or has
 * with another type. Settings that do not affect the objects themselves do not matter.
 */
export function misfits(
  wanted: CollectionSchema,
  existing: CollectionSchema,
  { vectors }: FitOptions,
): string[] {
  return [
    ...tenantMisfits(wanted, existing),
    ...propertyMisfits(wanted.properties ?? [], existing.properties ?? [], ''),
    ...(vectors ? vectorMisfits(wanted, existing) : []),
  ]
}

function tenantMisfits(wanted: CollectionSchema, existing: CollectionSchema): string[] {
  if (hasTenants(wanted) === hasTenants(existing)) return []
  return [
    hasTenants(wanted)
      ? 'it has no tenants, and the objects have'
      : 'it has tenants, and the objects have none',
  ]
}

function propertyMisfits(
  wanted: readonly PropertySchema[],
  existing: readonly PropertySchema[],
  path: string,
): string[] {
  const there = new Map(existing.map((property) => [property.name, property]))
  return wanted.flatMap((property) => {
    const name = `${path}${property.name}`
    const its = there.get(property.name)
    if (its === undefined) return [`it has no property ${name} (${property.dataType.join(', ')})`]
    if (!takes(its, property))
      return [`${name} is ${its.dataType.join(', ')} there, not ${property.dataType.join(', ')}`]
    return propertyMisfits(nestedOf(property), nestedOf(its), `${name}.`)
  })
}

/** A reference property also accepts references to fewer classes. */
function takes(existing: PropertySchema, wanted: PropertySchema): boolean {
  if (isReference(wanted)) return wanted.dataType.every((target) => existing.dataType.includes(target))
  return standard(wanted) === standard(existing)
}

/** `string` is the older name of `text`. */
function standard({ dataType }: PropertySchema): string {
  return dataType.join().replace(/^string/, 'text')
}

function nestedOf({ nestedProperties }: PropertySchema): readonly PropertySchema[] {
  return Array.isArray(nestedProperties) ? (nestedProperties as PropertySchema[]) : []
}

function vectorMisfits(wanted: CollectionSchema, existing: CollectionSchema): string[] {
  const [its, there] = [vectorNames(wanted), vectorNames(existing)]
  const named = new Set(there.named)
  const multi = multiVectorIn(wanted)
  return [
    ...(its.unnamed && !there.unnamed ? ['it has no vector without a name'] : []),
    ...its.named.filter((name) => !named.has(name)).map((name) => `it has no vector ${name}`),
    ...(multi !== undefined && named.has(multi) && multiVectorIn(existing) === undefined
      ? [`${multi} is not a multi-vector there`]
      : []),
  ]
}
