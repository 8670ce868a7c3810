import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { Emit } from '../../run/context.ts'
import type { StoreCondition } from '../../store/condition.ts'
import type { Collection, Store } from '../../store/store.ts'
import { pushedDown } from '../../transform/filter/pushDown.ts'
import type { Selection } from './selection.ts'

/**
 * A server sorts all results again for each page of ids, and reads objects by id one by one: on 1.27.0 and 1.40.0-dev a
 * search took three quarters of the time of a scan if it found 5 % of 60,000 objects, and as long if it found 20 %.
 */
const MOST_SHARE = 0.1
const MOST_FOUND = 200_000

/** How to find the objects of a condition. */
export interface SearchPlan {
  /** Conditions by which the store finds them; undefined if all objects are scanned. */
  readonly conditions: readonly StoreCondition[] | undefined
  /** The same in words. */
  readonly texts: readonly string[]
  /** How many objects the store counted for these conditions, by tenant. */
  readonly found: ReadonlyMap<string | undefined, number>
}

const SCAN: SearchPlan = { conditions: undefined, texts: [], found: new Map() }

/** What the plan of a search depends on. */
export interface SearchPlanInput {
  readonly store: Store
  readonly collection: Collection
  readonly schema: CollectionSchema
  readonly selection: Selection | undefined
  /** One call for each tenant, or a single one. */
  readonly calls: readonly { readonly tenant?: string }[]
  /** False to scan all objects. */
  readonly pushDown: boolean
  readonly emit: Emit
}

/**
 * Decides whether to ask the store for what its indexes can find: it counts that, and if it is a small part of all
 * objects, the others need not be read. The complete condition is evaluated on what is read in any case.
 * @throws ElysiaError the error that keeps the store from counting its objects
 */
export async function searchPlan(planning: SearchPlanInput): Promise<SearchPlan> {
  const { store, schema, selection, pushDown } = planning
  if (selection?.filter === undefined || selection.ids !== undefined) return SCAN
  if (!pushDown) return explainPlan(planning, SCAN, [], { reason: 'the server is not asked' })
  if (!store.supports.filters)
    return explainPlan(planning, SCAN, [], { reason: 'the store has an index of ids alone' })
  const conditions = pushedDown(selection.filter.checked, schema)
  if (conditions.length === 0) return explainPlan(planning, SCAN, [])
  let [all, expected] = [0, 0]
  const countsByTenant = new Map<string | undefined, number>()
  try {
    for (const call of planning.calls) {
      const count = await planning.collection.countWhere!(conditions, call)
      countsByTenant.set(call.tenant, count)
      expected += count
      all += await planning.collection.count(call)
    }
  } catch (error) {
    if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_STORE' || error.retryable) throw error
    return explainPlan(planning, SCAN, conditions, { reason: messageOf(error) })
  }
  const pays = expected <= Math.min(all * MOST_SHARE, MOST_FOUND)
  const search = { conditions, texts: conditions.map(conditionText), found: countsByTenant }
  return explainPlan(planning, pays ? search : SCAN, conditions, { expected, objects: all })
}

interface ExpectedCost {
  readonly expected?: number
  readonly objects?: number
  readonly reason?: string
}

function explainPlan(
  { selection, collection, emit }: SearchPlanInput,
  plan: SearchPlan,
  conditions: readonly StoreCondition[],
  expected: ExpectedCost = {},
): SearchPlan {
  emit({
    type: 'filter_planned',
    collection: collection.name,
    filter: selection!.filter!.text,
    pushed: conditions.map(conditionText),
    search: plan.conditions !== undefined,
    ...expected,
  })
  return plan
}

const LISTS = { any: 'CONTAINS ANY', all: 'CONTAINS ALL' } as const
const SHOWN = 5

/** A condition as a person would write it. */
function conditionText({ property, operator, values }: StoreCondition): string {
  const texts = values.map(({ value }) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
  )
  if (operator !== 'any' && operator !== 'all') return `${property} ${operator} ${texts[0]}`
  const more = texts.length > SHOWN ? `, … ${texts.length - SHOWN} more` : ''
  return `${property} ${LISTS[operator]} (${texts.slice(0, SHOWN).join(', ')}${more})`
}
