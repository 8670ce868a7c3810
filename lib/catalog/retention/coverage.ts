/** What an archive holds of its collection. This alone decides whether one archive can replace another. */
export interface Coverage {
  /** False if it holds only the schema. */
  readonly objects: boolean
  readonly vectors: boolean
  /** The tenants that it holds, if these may not be all; absent if they are all, or there are none. */
  readonly tenants?: readonly string[]
  /** How its objects and properties were selected; absent for all of them. @see selectionText */
  readonly selection?: string
}

/** The coverage of a full archive. */
export const WHOLE: Coverage = { objects: true, vectors: true }

/** The facts in a manifest or plan that determine its coverage. */
export interface CoverageFacts {
  readonly content: string
  readonly withoutVectors: boolean
  /** True also for a class without tenants. */
  readonly allTenants: boolean
  readonly tenants: readonly string[]
  readonly selection?: string | undefined
}

/** The coverage of an archive. Vectors and a selection count only if it holds objects. */
export function coverageOf({
  content,
  withoutVectors,
  allTenants,
  tenants,
  selection,
}: CoverageFacts): Coverage {
  const objects = content === 'full'
  return {
    objects,
    vectors: objects && !withoutVectors,
    ...(!allTenants && { tenants: tenants.toSorted() }),
    ...(objects && selection !== undefined && { selection }),
  }
}

/** True if an archive holds at least as much as another, so that it can replace it. */
export function covers(one: Coverage, other: Coverage): boolean {
  if (!coversTenants(one.tenants, other.tenants)) return false
  if (!other.objects) return true
  if (!one.objects || (other.vectors && !one.vectors)) return false
  return one.selection === undefined || one.selection === other.selection
}

function coversTenants(one: Coverage['tenants'], other: Coverage['tenants']): boolean {
  if (one === undefined) return true
  if (other === undefined || other.length > one.length) return false
  const held = new Set(one)
  return other.every((tenant) => held.has(tenant))
}

/** True for an archive of the whole collection: all objects with their vectors, of all tenants. */
export function isWhole({ objects, vectors, tenants, selection }: Coverage): boolean {
  return objects && vectors && tenants === undefined && selection === undefined
}

/** Equal for equal coverages only. */
export function coverageKey({ objects, vectors, tenants, selection }: Coverage): string {
  return objects && vectors && tenants === undefined && selection === undefined
    ? ''
    : JSON.stringify([objects, vectors, tenants ?? null, selection ?? null])
}

const SHOWN_TENANTS = 3

/** For a person: `full`, `schema only`, `without vectors, tenants a, b and 4 more`. */
export function coverageText(coverage: Coverage): string {
  const { objects, vectors, tenants, selection } = coverage
  if (isWhole(coverage)) return 'full'
  const facts = [
    ...(objects ? [] : ['schema only']),
    ...(objects && !vectors ? ['without vectors'] : []),
    ...(tenants === undefined ? [] : [tenantsText(tenants)]),
    ...(selection === undefined ? [] : [selection]),
  ]
  return facts.join(', ')
}

function tenantsText(tenants: readonly string[]): string {
  if (tenants.length === 0) return 'no tenants'
  const names = tenants.slice(0, SHOWN_TENANTS).join(', ')
  const more = tenants.length - SHOWN_TENANTS
  return `${tenants.length === 1 ? 'tenant' : 'tenants'} ${names}${more > 0 ? ` and ${more} more` : ''}`
}
