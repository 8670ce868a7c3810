import type { Json } from '../../lib/object.ts'
import { noSuchProperty } from './check.ts'
import { Refusal } from './refusal.ts'
import type { ClassSchema } from './schema.ts'
import type { Stored } from './shard.ts'
import type { Filters } from './wire.ts'

/** Whether a filter lets an object through. */
export type Test = (object: Stored) => boolean

const OPERATOR = {
  EQUAL: 1,
  NOT_EQUAL: 2,
  GREATER_THAN: 3,
  GREATER_THAN_EQUAL: 4,
  LESS_THAN: 5,
  LESS_THAN_EQUAL: 6,
  AND: 7,
  OR: 8,
  LIKE: 10,
  IS_NULL: 11,
  CONTAINS_ANY: 12,
  CONTAINS_ALL: 13,
  CONTAINS_NONE: 14,
  NOT: 15,
} as const

/** The message of a search for nothing, as the server words it. */
export const EMPTY_TERM =
  'invalid search term, only stopwords provided. Stopwords can be configured in class.invertedIndexConfig.stopwords'

/** What a filter lets through. Throws a Refusal for a property that the class has not. */
export function testOf(filter: Filters, schema: ClassSchema): Test {
  const inner = filter.filters.map((one) => testOf(one, schema))
  if (filter.operator === OPERATOR.AND) return (object) => inner.every((test) => test(object))
  if (filter.operator === OPERATOR.OR) return (object) => inner.some((test) => test(object))
  if (filter.operator === OPERATOR.NOT) return (object) => inner.every((test) => !test(object))
  const name = filter.target?.property ?? filter.on[0] ?? ''
  const read = reader(name, schema)
  const wanted = valuesOf(filter)
  if (wanted.length === 0) throw new Refusal(EMPTY_TERM)
  return comparison(filter.operator, read, wanted)
}

function reader(name: string, schema: ClassSchema): (object: Stored) => Json[] {
  if (name === '_id' || name === 'id') return (object) => [object.written]
  if (name === '_creationTimeUnix') return (object) => [object.created]
  if (name === '_lastUpdateTimeUnix') return (object) => [object.updated]
  if (!schema.properties.some((property) => property.name === name)) {
    throw new Refusal(noSuchProperty(name, schema.class))
  }
  return (object) => {
    const value = object.properties[name]
    return Array.isArray(value) ? value : value === undefined ? [] : [value]
  }
}

function valuesOf(filter: Filters): Json[] {
  const many =
    filter.valueTextArray ?? filter.valueIntArray ?? filter.valueNumberArray ?? filter.valueBooleanArray
  if (many !== undefined) return many.values
  const one = filter.valueText ?? filter.valueInt ?? filter.valueNumber ?? filter.valueBoolean
  return one === undefined ? [] : [one]
}

function comparison(operator: number, read: (object: Stored) => Json[], wanted: readonly Json[]): Test {
  const set = new Set(wanted)
  const [first = null] = wanted
  const some =
    (holds: (value: Json) => boolean): Test =>
    (object) =>
      read(object).some(holds)
  switch (operator) {
    case OPERATOR.EQUAL:
    case OPERATOR.CONTAINS_ANY:
      return some((value) => set.has(value))
    case OPERATOR.NOT_EQUAL:
    case OPERATOR.CONTAINS_NONE:
      return (object) => !read(object).some((value) => set.has(value))
    case OPERATOR.CONTAINS_ALL:
      return (object) => new Set(read(object)).isSupersetOf(set)
    case OPERATOR.IS_NULL:
      return (object) => (read(object).length === 0) === first
    case OPERATOR.GREATER_THAN:
      return some((value) => compare(value, first) > 0)
    case OPERATOR.GREATER_THAN_EQUAL:
      return some((value) => compare(value, first) >= 0)
    case OPERATOR.LESS_THAN:
      return some((value) => compare(value, first) < 0)
    case OPERATOR.LESS_THAN_EQUAL:
      return some((value) => compare(value, first) <= 0)
    default:
      throw new Refusal(`the double has no filter operator ${operator}`)
  }
}

/** Numbers by size, everything else by its text. */
export function compare(left: Json, right: Json): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [a, b] = [String(left), String(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The ids that a filter names, or undefined where it must be tried on every object: `_id` one of many is what
 * is asked most, and must not cost a scan.
 */
export function namedIds(filter: Filters): string[] | undefined {
  const byId = filter.target?.property === '_id'
  if (!byId) return undefined
  if (filter.operator === OPERATOR.CONTAINS_ANY) return [...new Set(filter.valueTextArray?.values ?? [])]
  return filter.operator === OPERATOR.EQUAL && filter.valueText !== undefined ? [filter.valueText] : undefined
}
