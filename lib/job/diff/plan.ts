import type { ObjectRange, ObjectSource } from '../../archive/object/source.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { type CollectionSchema, hasTenants, isReference, propertiesIn } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { Projection } from '../../store/store.ts'
import type { Side } from '../../stream/mergeJoin.ts'
import { Selection } from '../selection/selection.ts'
import type { DiffOptions } from './options.ts'
import type { DiffSide } from './side/side.ts'

/** What the options ask to compare. */
export interface RequestedComparison {
  /** Undefined for all. */
  readonly properties: ReadonlySet<string> | undefined
  readonly vectors: boolean
  readonly vectorTolerance: number
  readonly projection: Projection
  /** What to compare on each side: what the options select, limited to what the other side holds of its collection. */
  readonly selections: Readonly<Record<Side, readonly Selection[]>>
  includesTenant(tenant: string | undefined): boolean
}

/**
 * Checks that two sides can be compared as requested.
 * @throws ElysiaError ELYSIA_USAGE for a property that neither side has, for tenants in a class without tenants, and
 * for a class with tenants against one without; ELYSIA_NOT_FOUND for a tenant that neither side has
 */
export function requestedComparison(
  left: DiffSide,
  right: DiffSide,
  options: DiffOptions,
): RequestedComparison {
  const isTenanted = tenantedIn(left, right)
  const tenants = namesOf(options.tenant)
  if (tenants !== undefined) requireTenants(left, right, isTenanted, tenants)
  const requestedNames = options.idsOnly ? new Set<string>() : namesOf(options.properties)
  if (requestedNames !== undefined) requireProperties(left, right, requestedNames)
  const properties = [left, right].reduce(heldBy, requestedNames)
  const vectors = options.vectors && !options.idsOnly
  return {
    properties,
    vectors,
    vectorTolerance: Number(options.vectorTolerance),
    projection: {
      properties: properties === undefined ? 'all' : [...properties],
      vectors,
      references: [left, right].some(({ schema }) => hasReferences(schema, properties)),
    },
    selections: {
      left: selectionsOf(left, right, options),
      right: selectionsOf(right, left, options),
    },
    includesTenant: (tenant) => tenants === undefined || (tenant !== undefined && tenants.has(tenant)),
  }
}

/** Those of the properties that the archive holds. */
function heldBy(names: ReadonlySet<string> | undefined, { selection }: DiffSide) {
  if (selection?.properties === undefined) return names
  return new Set(selection.properties.filter((name) => names?.has(name) !== false))
}

/** @throws ElysiaError ELYSIA_USAGE if a condition does not fit the class */
function selectionsOf(side: DiffSide, other: DiffSide, { filter }: DiffOptions): Selection[] {
  const { schema } = side.isSchemaDerived === true ? other : side
  const declared = [
    ...(filter === undefined ? [] : [{ filter }]),
    ...(other.selection ? [other.selection] : []),
  ]
  return declared.map((one) => new Selection(schema, one))
}

function namesOf(list: string | undefined): ReadonlySet<string> | undefined {
  if (list === undefined) return undefined
  return new Set(
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
}

function hasReferences(schema: CollectionSchema, names: ReadonlySet<string> | undefined): boolean {
  return propertiesIn(schema).some((one) => isReference(one) && names?.has(one.name) !== false)
}

function tenantedIn(left: DiffSide, right: DiffSide): boolean {
  const isTenanted = (side: DiffSide) => side.tenants !== undefined || hasTenants(side.schema)
  if (isTenanted(left) === isTenanted(right)) return isTenanted(left)
  const [one, other] = isTenanted(left) ? [left, right] : [right, left]
  throw new ElysiaError('ELYSIA_USAGE', `${one.name} has tenants, ${other.name} has none`, {
    hint: 'compare a collection with tenants with another that has them: an id may be there in each tenant',
  })
}

function requireTenants(
  left: DiffSide,
  right: DiffSide,
  isTenanted: boolean,
  names: ReadonlySet<string>,
): void {
  if (!isTenanted) {
    throw new ElysiaError('ELYSIA_USAGE', `${left.name} has no tenants`, { hint: 'leave --tenant out' })
  }
  const tenantNames = [left, right].flatMap(({ tenants = [] }) => tenants.map(({ name }) => name))
  const unknown = [...names].find((name) => !tenantNames.includes(name))
  if (unknown === undefined) return
  throw new ElysiaError(
    'ELYSIA_NOT_FOUND',
    `neither ${left.name} nor ${right.name} has a tenant ${unknown}`,
    {
      hint: didYouMean(unknown, tenantNames, '`elysiactl col show` lists the tenants'),
    },
  )
}

function requireProperties(left: DiffSide, right: DiffSide, names: ReadonlySet<string>): void {
  const known = [left, right].flatMap(({ schema }) => (schema.properties ?? []).map(({ name }) => name))
  const unknown = [...names].find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `neither ${left.name} nor ${right.name} has a property ${unknown}`, {
    hint: didYouMean(unknown, known, '`elysiactl col show` lists the properties'),
  })
}

/** A unit of work: a range, or all ranges of a tenant that must be woken for them. */
export interface ComparisonUnit {
  /** The tenant to wake. */
  readonly asleep?: string
  readonly ranges: readonly ObjectRange[]
}

/** The work of a comparison, in order of tenant and id. */
export function comparisonWork(
  ranges: readonly ObjectRange[],
  isAsleep: (tenant: string) => boolean,
): ComparisonUnit[] {
  const work: ComparisonUnit[] = []
  for (const [tenant, own] of Map.groupBy(ranges, (range) => range.tenant)) {
    if (tenant !== undefined && isAsleep(tenant)) work.push({ asleep: tenant, ranges: own })
    else for (const range of own) work.push({ ranges: [range] })
  }
  return work
}

/** True if a source has objects, and its first ones have no vectors. */
export async function lacksVectors(source: ObjectSource, range: ObjectRange): Promise<boolean | undefined> {
  for await (const page of source.pages(range) as AsyncIterable<readonly StoredObject[]>)
    return page.every(({ vector, vectors }) => vector === undefined && vectors === undefined)
  return undefined
}
