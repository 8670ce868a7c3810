import type { ConditionValue, StoreCondition } from '../../condition.ts'
import type { Range } from '../../store.ts'
import { writeBool, writeDouble, writeMessage, writeNumber, writeText, writeTexts } from './fields.ts'
import type { Filters } from './messages.ts'
import type { Writer } from './writer.ts'

/** @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/base.proto (Filters.Operator) */
const OPERATORS = {
  '=': 1,
  '>': 3,
  '>=': 4,
  '<': 5,
  '<=': 6,
  and: 7,
  any: 12,
  all: 13,
} as const

/** The server's names for fields that are no properties. */
const OWN: Readonly<Record<string, string>> = {
  id: '_id',
  _created: '_creationTimeUnix',
  _updated: '_lastUpdateTimeUnix',
}

/** The name of a condition's property on a server. */
export function serverName(property: string): string {
  return OWN[property] ?? property
}

/** The filter that finds the objects with these ids. */
export function idFilter(ids: readonly string[]): Filters {
  return { ...leaf('any', '_id'), valueTextArray: { values: [...ids] } }
}

/** Less than every id. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/**
 * The filter for conditions that all hold, within a range of ids. It contains at least two: for a single one a server
 * takes the requested number of matching objects, in any order, before it sorts them.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/adapters/repos/db/inverted/prop_value_pairs.go (fetchDocIDs)
 */
export function conditionsFilter(conditions: readonly StoreCondition[], { after, upTo }: Range): Filters {
  const all = [
    ...conditions.map(conditionFilter),
    after === undefined
      ? { ...leaf('>=', '_id'), valueText: FIRST_ID }
      : { ...leaf('>', '_id'), valueText: after },
    ...(upTo === undefined ? [] : [{ ...leaf('<=', '_id'), valueText: upTo }]),
  ]
  return { operator: OPERATORS.and as Filters['operator'], on: [], filters: all, target: undefined }
}

function conditionFilter({ property, operator, values }: StoreCondition): Filters {
  const filter = leaf(operator, serverName(property))
  return operator === 'any' || operator === 'all'
    ? { ...filter, ...listOf(values) }
    : { ...filter, ...oneOf(values[0]!) }
}

function leaf(operator: keyof typeof OPERATORS, property: string): Filters {
  return { operator: OPERATORS[operator] as Filters['operator'], on: [], filters: [], target: { property } }
}

function oneOf(condition: ConditionValue): Partial<Filters> {
  switch (condition.type) {
    case 'int':
      return { valueInt: condition.value }
    case 'number':
      return { valueNumber: condition.value }
    case 'boolean':
      return { valueBoolean: condition.value }
    default:
      return { valueText: condition.value }
  }
}

function listOf(values: readonly ConditionValue[]): Partial<Filters> {
  const all = values.map(({ value }) => value)
  switch (values[0]?.type) {
    case 'int':
      return { valueIntArray: { values: all as number[] } }
    case 'number':
      return { valueNumberArray: { values: all as number[] } }
    case 'boolean':
      return { valueBooleanArray: { values: all as boolean[] } }
    default:
      return { valueTextArray: { values: all as string[] } }
  }
}

/** Writes the filters that the functions above make. Their ints are safe integers. */
export function writeFilters(writer: Writer, filter: Filters): void {
  writeNumber(writer, 1, filter.operator)
  for (const inner of filter.filters) writeMessage(writer, 3, () => writeFilters(writer, inner))
  if (filter.valueText !== undefined) writeText(writer, 4, filter.valueText)
  if (filter.valueInt !== undefined) writer.uint32(5 << 3).int64(filter.valueInt)
  if (filter.valueBoolean !== undefined) writeBool(writer, 6, filter.valueBoolean)
  if (filter.valueNumber !== undefined) writeDouble(writer, 7, filter.valueNumber)
  const { valueTextArray, valueIntArray, valueBooleanArray, valueNumberArray } = filter
  if (valueTextArray !== undefined)
    writeMessage(writer, 9, () => writeTexts(writer, 1, valueTextArray.values))
  if (valueIntArray !== undefined)
    writeNested(writer, 10, () => valueIntArray.values.map((one) => writer.int64(one)))
  if (valueBooleanArray !== undefined) {
    writeNested(writer, 11, () => valueBooleanArray.values.map((one) => writer.bool(one)))
  }
  if (valueNumberArray !== undefined) {
    writeNested(writer, 12, () => valueNumberArray.values.map((one) => writer.double(one)))
  }
  if (filter.target !== undefined)
    writeMessage(writer, 20, () => writeText(writer, 1, filter.target?.property ?? ''))
}

function writeNested(writer: Writer, field: number, write: () => void): void {
  writeMessage(writer, field, () => writeMessage(writer, 1, write))
}
