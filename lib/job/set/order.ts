import { type CollectionSchema, isReference, propertiesIn } from '../../core/schema.ts'

/**
 * Collections in groups, referenced ones first: a group is one collection, or several that refer to one another.
 * Otherwise they keep their order. References to collections outside the set, and to itself, do not count.
 */
export function referenceGroups<T>(all: readonly T[], schemaOf: (one: T) => CollectionSchema): T[][] {
  const byClass = new Map(all.map((one) => [schemaOf(one).class, one]))
  const leadsTo = new Map(
    all.map((one) => [one, targetsOf(schemaOf(one)).flatMap((name) => byClass.get(name) ?? [])]),
  )
  return stronglyConnected(all, (one) => leadsTo.get(one)!).map((group) => {
    const members = new Set(group)
    return all.filter((one) => members.has(one))
  })
}

function targetsOf(schema: CollectionSchema): string[] {
  return propertiesIn(schema)
    .filter(isReference)
    .flatMap(({ dataType }) => dataType)
}

/** The state of a node during the search. */
interface Visit {
  readonly index: number
  low: number
  isOpen: boolean
}

/** Tarjan's algorithm: the components of a graph, each after those that it leads to. */
function stronglyConnected<T>(all: readonly T[], leadsTo: (one: T) => readonly T[]): T[][] {
  const visits = new Map<T, Visit>()
  const open: T[] = []
  const groups: T[][] = []
  const visit = (one: T): Visit => {
    const own: Visit = { index: visits.size, low: visits.size, isOpen: true }
    visits.set(one, own)
    open.push(one)
    for (const other of leadsTo(one)) {
      const visited = visits.get(other)
      if (visited === undefined) own.low = Math.min(own.low, visit(other).low)
      else if (visited.isOpen) own.low = Math.min(own.low, visited.index)
    }
    if (own.low === own.index) {
      const group = open.splice(open.indexOf(one))
      for (const member of group) visits.get(member)!.isOpen = false
      groups.push(group)
    }
    return own
  }
  for (const one of all) if (!visits.has(one)) visit(one)
  return groups
}
