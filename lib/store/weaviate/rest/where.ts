import type { ConditionValue, StoreCondition } from '../../condition.ts'
import { serverName } from '../grpc/filters.ts'

const OPERATORS = {
  '=': 'Equal',
  '>': 'GreaterThan',
  '>=': 'GreaterThanEqual',
  '<': 'LessThan',
  '<=': 'LessThanEqual',
  any: 'ContainsAny',
  all: 'ContainsAll',
} as const

const VALUES = {
  text: 'valueText',
  uuid: 'valueText',
  date: 'valueDate',
  int: 'valueInt',
  number: 'valueNumber',
  boolean: 'valueBoolean',
} as const

/** Conditions that must all hold, as GraphQL's `where`. @see https://docs.weaviate.io/weaviate/api/graphql/filters */
export function graphqlWhere(conditions: readonly StoreCondition[]): string {
  return `{operator: And, operands: [${conditions.map(operand).join(', ')}]}`
}

function operand({ property, operator, values }: StoreCondition): string {
  const head = `{path: [${JSON.stringify(serverName(property))}], operator: ${OPERATORS[operator]}`
  const isList = operator === 'any' || operator === 'all'
  const value = isList ? `[${values.map(valueText).join(', ')}]` : valueText(values[0]!)
  return `${head}, ${VALUES[values[0]!.type]}: ${value}}`
}

/**
 * GraphQL's literals are those of JSON, except that it has no escapes beyond 0xFFFF: such characters are written
 * unescaped.
 */
function valueText({ value }: ConditionValue): string {
  return JSON.stringify(value)
}
