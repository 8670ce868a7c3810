import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Source } from '../../core/stage.ts'
import { type JoinSide, mergeJoin, type Pair, type Side } from '../../stream/mergeJoin.ts'
import type { ObjectRange, ObjectSource } from './source.ts'

/** The objects of two sources with the same id. */
export type ObjectPair = Pair<StoredObject>

/** How two sources are joined. */
export interface JoinOptions {
  /** Names of the two sides, for errors. */
  readonly names?: Readonly<Record<Side, string>>
  /** Once aborted, the join errors with its reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Joins a range of two sources by id, in order: pages of pairs. A tenant missing from a source counts as a tenant
 * without objects. Memory: a page of each.
 * Errors: those of the sources; ELYSIA_DAMAGED, naming the id, if a source gives an id twice or out of order
 */
export function joinObjects(
  left: ObjectSource,
  right: ObjectSource,
  range: ObjectRange,
  { names = NAMES, signal }: JoinOptions = {},
): Source<readonly ObjectPair[]> {
  return mergeJoin(sideOf(left, range), sideOf(right, range), {
    compare: byId,
    outOfOrder: (side, item, before) => disorder(names[side], item, before),
    signal,
  })
}

const NAMES: Readonly<Record<Side, string>> = { left: 'the left side', right: 'the right side' }

function byId({ id: one }: StoredObject, { id: other }: StoredObject): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function disorder(side: string, { id }: StoredObject, before: StoredObject): ElysiaError {
  const fact = id === before.id ? `has ${id} twice` : `has ${id} after ${before.id}, out of order`
  return new ElysiaError('ELYSIA_DAMAGED', `${side} ${fact}`, {
    hint: 'objects that are out of order cannot be compared: make this side again, or check what made it',
  })
}

function sideOf(source: ObjectSource, range: ObjectRange): JoinSide<StoredObject> {
  return tenantsOf(source).has(range.tenant) ? source.pages(range) : nothing()
}

async function* nothing(): AsyncGenerator<readonly StoredObject[]> {}

const known = new WeakMap<ObjectSource, ReadonlySet<string | undefined>>()

/** The tenants in the ranges of a source. */
function tenantsOf(source: ObjectSource): ReadonlySet<string | undefined> {
  let tenants = known.get(source)
  if (tenants === undefined) {
    tenants = new Set(source.ranges.map(({ tenant }) => tenant))
    known.set(source, tenants)
  }
  return tenants
}

/**
 * Ranges that hold all objects of both sources, each once: tenant by tenant in order of name. They are cut where both
 * sources are cut, or where one is cut if the other is not cut at all, so no part of an archive spans two of them.
 */
export function commonRanges(left: ObjectSource, right: ObjectSource): ObjectRange[] {
  const [ofLeft, ofRight] = [cutsByTenant(left), cutsByTenant(right)]
  const tenants = [...new Set([...ofLeft.keys(), ...ofRight.keys()])].sort(byName)
  return tenants.flatMap((tenant) =>
    rangesBetween(tenant, sharedCuts(ofLeft.get(tenant), ofRight.get(tenant))),
  )
}

type Cuts = readonly string[]

function cutsByTenant({ ranges }: ObjectSource): Map<string | undefined, Cuts> {
  const cuts = new Map<string | undefined, Cuts>()
  // The last range may have an end of its own, which cuts off nothing.
  for (const [tenant, own] of Map.groupBy(ranges, (range) => range.tenant))
    cuts.set(
      tenant,
      own.slice(0, -1).flatMap(({ upTo }) => upTo ?? []),
    )
  return cuts
}

function byName(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  return (one ?? '') < (other ?? '') ? -1 : 1
}

function sharedCuts(left: Cuts = [], right: Cuts = []): Cuts {
  if (left.length === 0) return right
  if (right.length === 0) return left
  const ofRight = new Set(right)
  return left.filter((cut) => ofRight.has(cut))
}

function rangesBetween(tenant: string | undefined, cuts: Cuts): ObjectRange[] {
  return [...cuts, undefined].map((upTo, at) => ({
    ...(tenant !== undefined && { tenant }),
    ...(at > 0 && { after: cuts[at - 1]! }),
    ...(upTo !== undefined && { upTo }),
  }))
}
