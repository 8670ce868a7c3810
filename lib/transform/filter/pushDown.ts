import { type CollectionSchema, isReplicated, type PropertySchema } from '../../core/schema.ts'
import { recordOf } from '../../core/value/record.ts'
import type { ConditionValue, StoreCondition } from '../../store/condition.ts'
import type { CheckedFilter } from './checkedFilter.ts'
import type { Column } from './column.ts'
import { type Instant, rfc3339 } from './instant.ts'
import { type LikePattern, prefixOf } from './like.ts'
import { indexedTerms } from './terms.ts'
import type { FilterValue } from './value.ts'

/**
 * The part of a condition that a Weaviate server can evaluate without missing anything: conjuncts that are true only
 * for objects that the server finds by them. Other conjuncts are not pushed down, and the whole condition is always
 * evaluated on the objects found. SPEC.md, "Push-down", has the table, and how servers behave.
 */
export function pushedDown(filter: CheckedFilter, schema: CollectionSchema): StoreCondition[] {
  // Copies of an object may differ, and an index covers only one of them.
  if (isReplicated(schema)) return []
  return conjunctsOf(filter).flatMap((one) => conditionsOf(one, schema))
}

function conjunctsOf(filter: CheckedFilter): CheckedFilter[] {
  return filter.kind === 'and' ? filter.terms.flatMap(conjunctsOf) : [filter]
}

const MOST_VALUES = 1000
const MOST_LENGTH = 1000

function conditionsOf(filter: CheckedFilter, schema: CollectionSchema): StoreCondition[] {
  if (!('column' in filter) || !isIndexed(filter.column, schema)) return []
  const { column } = filter
  switch (filter.kind) {
    case 'compare':
      if ('read' in filter.with || filter.operator === '!=') return []
      return some(comparison(column, filter.operator, filter.with, schema))
    case 'in':
      return some(containsCondition(column, 'any', filter.values, schema))
    case 'contains':
      return some(containsCondition(column, filter.mode, filter.values, schema))
    case 'like':
      return likeness(column, filter.pattern, schema)
    default:
      // Not even nulls: objects from before their property was added are missing from its index.
      return []
  }
}

function some(condition: StoreCondition | undefined): StoreCondition[] {
  return condition === undefined ? [] : [condition]
}

/** A server cannot find objects by nested properties, or by a property without an index. */
function isIndexed({ own, property }: Column, schema: CollectionSchema): boolean {
  if (own === 'id') return true
  if (own === '_created' || own === '_updated') return indexes(schema).indexTimestamps === true
  return property !== undefined && property.indexFilterable !== false && property.indexInverted !== false
}

function indexes({ invertedIndexConfig }: CollectionSchema) {
  return recordOf(invertedIndexConfig)
}

type OrderOperator = '=' | '<' | '<=' | '>' | '>='

function comparison(
  { name, own, property }: Column,
  operator: OrderOperator,
  given: FilterValue,
  schema: CollectionSchema,
): StoreCondition | undefined {
  const condition = (to: OrderOperator, value: ConditionValue): StoreCondition => ({
    property: name,
    operator: to,
    values: [value],
  })
  switch (given.type) {
    case 'text':
      return operator === '=' && isFound(given.value, property!, schema)
        ? condition('=', given as ConditionValue)
        : undefined
    case 'uuid':
      return operator === '=' || own === 'id' ? condition(operator, given as ConditionValue) : undefined
    case 'boolean':
      return condition('=', given)
    case 'date':
      if (own !== undefined) return timestamp(condition, operator, given.value)
      // A server counts nanoseconds in 64 bits: dates before 1678 and after 2262 are in the wrong order.
      return operator === '=' ? condition('=', { type: 'date', value: rfc3339(given.value) }) : undefined
    default:
      return numeric(condition, operator, given)
  }
}

type Make = (operator: OrderOperator, value: ConditionValue) => StoreCondition

function numeric(
  make: Make,
  operator: OrderOperator,
  { type, value }: FilterValue & { type: 'int' | 'number' },
) {
  const double = Number(value)
  if (type === 'number') {
    // Older servers sort -0 before all other numbers, and distinguish it from 0.
    const mayBeZero = { '=': double === 0, '>': double < 0, '>=': double <= 0, '<': false, '<=': false }[
      operator
    ]
    return mayBeZero ? undefined : make(operator, { type, value: double })
  }
  if (Number.isInteger(double)) {
    // A server keeps ints as doubles: beyond 2^53 different ints become equal.
    return Number.isSafeInteger(double) && typeof value !== 'bigint'
      ? make(operator, { type, value: double })
      : undefined
  }
  const [below, above] = [Math.floor(double), Math.ceil(double)]
  if (!Number.isSafeInteger(below) || !Number.isSafeInteger(above) || operator === '=') return undefined
  return operator.startsWith('>') ? make('>=', { type, value: above }) : make('<=', { type, value: below })
}

/** Times with as many digits as a server's own: from 2001 to 2286. */
const LEAST_TIME = 10 ** 12
const TOO_LONG_TIME = 10 ** 13

/**
 * A store's times are whole milliseconds. A server compares them as texts: another length would be in the wrong
 * order.
 */
function timestamp(make: Make, operator: OrderOperator, { ms, nanos }: Instant): StoreCondition | undefined {
  if (ms < LEAST_TIME || ms >= TOO_LONG_TIME) return undefined
  const value = { type: 'date', value: rfc3339({ ms, nanos: 0 }) } as const
  if (nanos === 0) return make(operator, value)
  if (operator === '=') return undefined
  return operator.startsWith('>') ? make('>', value) : make('<=', value)
}

function containsCondition(
  { name, own, property }: Column,
  operator: 'any' | 'all',
  values: readonly FilterValue[],
  schema: CollectionSchema,
): StoreCondition | undefined {
  if (values.length > MOST_VALUES || own === '_created' || own === '_updated') return undefined
  const all = values.map((one) => equalTo(one, property, schema))
  return all.every((one) => one !== undefined) ? { property: name, operator, values: all } : undefined
}

function equalTo(
  constant: FilterValue,
  property: PropertySchema | undefined,
  schema: CollectionSchema,
): ConditionValue | undefined {
  switch (constant.type) {
    case 'text':
      return isFound(constant.value, property!, schema) ? { type: 'text', value: constant.value } : undefined
    case 'date':
      return { type: 'date', value: rfc3339(constant.value) }
    case 'int':
      return typeof constant.value === 'number' && Number.isSafeInteger(constant.value)
        ? { type: 'int', value: constant.value }
        : undefined
    case 'number':
      return Number(constant.value) === 0 ? undefined : { type: 'number', value: Number(constant.value) }
    default:
      return constant as ConditionValue
  }
}

/** True for a text that an index finds by its terms, without missing any object that has it. */
function isFound(text: string, property: PropertySchema, schema: CollectionSchema): boolean {
  return text.length <= MOST_LENGTH && text.isWellFormed() && indexedTerms(text, property, schema).length > 0
}

/**
 * The beginning of a pattern, as a range of whole values. A server's own patterns stop at the end of a line, and
 * values lose white space at their ends.
 */
function likeness(
  { name, property, own }: Column,
  pattern: LikePattern,
  schema: CollectionSchema,
): StoreCondition[] {
  if (own !== undefined || property?.tokenization !== 'field') return []
  const prefix = prefixOf(pattern)
  const next = prefix === undefined ? undefined : successor(prefix)
  if (prefix === undefined || next === undefined || prefix !== prefix.trim()) return []
  if (!isFound(prefix, property, schema) || !isFound(next, property, schema)) return []
  return [
    { property: name, operator: '>=', values: [{ type: 'text', value: prefix }] },
    { property: name, operator: '<', values: [{ type: 'text', value: next }] },
  ]
}

/**
 * The first text after all those that begin with the prefix; undefined if its last character has no plain successor.
 */
function successor(prefix: string): string | undefined {
  const last = prefix.charCodeAt(prefix.length - 1)
  return last >= 0x21 && last < 0x7e ? prefix.slice(0, -1) + String.fromCharCode(last + 1) : undefined
}
