import type { Json } from '../../../lib/core/object.ts'
import type { ClassSchema, PropertySchema } from '../class/schema.ts'
import type { Stored } from '../class/shard.ts'
import { noSuchProperty } from '../dialogue/check.ts'
import { Refusal } from '../fault/refusal.ts'
import { object as jsonObject } from '../value/json.ts'
import type { Filters } from './wire.ts'

/** Whether a filter lets an object through. */
export type Test = (object: Stored) => boolean

/** @see https://github.com/weaviate/weaviate/blob/v1.39.0/grpc/proto/v1/base.proto (Filters.Operator) */
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

/** A refusal that comes from within a shard: the server says so before it. */
class ShardRefusal extends Refusal {}

const EMPTY_TERM =
  'invalid search term, only stopwords provided. ' +
  'Stopwords can be configured in class.invertedIndexConfig.stopwords'
const NO_NULLS =
  'resolve doc ids for prop/value pair: Nullstate must be indexed to be filterable! ' +
  'Add `indexNullState: true` to the invertedIndexConfig'

/**
 * What a filter lets through; the words go before those of a refusal, by where the server finds the fault.
 */
export function filterOf(
  filter: Filters,
  schema: ClassSchema,
  words: { readonly params: string; readonly shard: string },
): Test {
  try {
    return testOf(filter, schema)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal((error instanceof ShardRefusal ? words.shard : words.params) + error.message)
  }
}

/**
 * What a filter lets through. Throws a Refusal where the class has no such property, or no index for it, and where
 * nothing but stop words is looked for. Texts are compared as their property is tokenized.
 */
function testOf(filter: Filters, schema: ClassSchema): Test {
  const inner = filter.filters.map((one) => testOf(one, schema))
  if (filter.operator === OPERATOR.AND) return (object) => inner.every((test) => test(object))
  if (filter.operator === OPERATOR.OR) return (object) => inner.some((test) => test(object))
  if (filter.operator === OPERATOR.NOT) return (object) => inner.every((test) => !test(object))
  const name = filter.target?.property ?? filter.on[0] ?? ''
  const wanted = valuesOf(filter)
  if (wanted.length === 0) throw new ShardRefusal(EMPTY_TERM)
  const own = OWN[name]
  if (own !== undefined)
    return comparison(filter.operator, own, isTime(name) ? wanted.map(milliseconds) : wanted)
  const property = indexed(name, schema)
  if (filter.operator === OPERATOR.IS_NULL) {
    if (!nullsIndexed(schema)) throw new ShardRefusal(NO_NULLS)
    return (object) => isNothing(object.properties[name]) === wanted[0]
  }
  const read = (object: Stored): Json[] => [object.properties[name] ?? []].flat().flatMap(termsOf(property))
  const terms = filter.operator === OPERATOR.LIKE ? wanted : wantedTerms(wanted, property, schema)
  const words = filter.operator === OPERATOR.EQUAL && isTokenized(property)
  return comparison(words ? OPERATOR.CONTAINS_ALL : filter.operator, read, terms)
}

/** What every object has beside its properties. */
const OWN: Record<string, (object: Stored) => Json[]> = {
  _id: (object) => [object.written],
  id: (object) => [object.written],
  _creationTimeUnix: (object) => [String(object.created)],
  _lastUpdateTimeUnix: (object) => [String(object.updated)],
}

function isTime(name: string): boolean {
  return name === '_creationTimeUnix' || name === '_lastUpdateTimeUnix'
}

/** A moment as the index has it: its digits, which are compared as a text. */
function milliseconds(value: Json): Json {
  return String(Date.parse(String(value)))
}

/** A text or a list of no length counts as null. */
function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** @see https://github.com/weaviate/weaviate/blob/v1.39.0/adapters/repos/db/inverted/stopwords/presets.go */
const STOP_WORDS = new Set(
  (
    'a an and are as at be but by for if in into is it no not of on or such that the their then there these they ' +
    'this to was will with'
  ).split(' '),
)

/** What is looked for; of words without those that no text is looked for by. */
function wantedTerms(wanted: readonly Json[], property: PropertySchema, schema: ClassSchema): Json[] {
  const terms = wanted.flatMap(termsOf(property))
  const stops =
    jsonObject(jsonObject(schema.invertedIndexConfig).stopwords).preset === 'none' ? NO_WORDS : STOP_WORDS
  if (property.tokenization !== 'word') return terms
  const left = terms.filter((term) => !stops.has(String(term)))
  if (left.length === 0) throw new ShardRefusal(EMPTY_TERM)
  return left
}

const NO_WORDS: ReadonlySet<string> = new Set()

function indexed(name: string, schema: ClassSchema): PropertySchema {
  const property = schema.properties.find((one) => one.name === name)
  if (property === undefined) throw new Refusal(noSuchProperty(name, schema.class))
  if (property.indexFilterable !== false || property.indexSearchable === true) return property
  throw new Refusal(
    `Filtering by property '${name}' requires inverted index. Is \`indexFilterable\` option of property ` +
      `'${name}' enabled? Set it to \`true\` or leave empty`,
  )
}

function nullsIndexed(schema: ClassSchema): boolean {
  return jsonObject(schema.invertedIndexConfig).indexNullState === true
}

function isTokenized(property: PropertySchema): boolean {
  return property.tokenization !== undefined && property.tokenization !== 'field'
}

/** A value as the index of its property holds it. */
function termsOf(property: PropertySchema): (value: Json) => Json[] {
  if (property.dataType[0]?.startsWith('date')) return (value) => [nanoseconds(String(value))]
  switch (property.tokenization) {
    case 'word':
      return (value) =>
        String(value)
          .toLowerCase()
          .match(/[\p{L}\p{N}]+/gu) ?? []
    case 'lowercase':
      return (value) => String(value).toLowerCase().match(/\S+/g) ?? []
    case 'whitespace':
      return (value) => String(value).match(/\S+/g) ?? []
    case 'field':
      return (value) => [String(value).trim()]
    default:
      return (value) => [value]
  }
}

/** Since 1970, in 64 bits: what is before 1678 or after 2262 comes out anywhere. */
function nanoseconds(text: string): Json {
  const [, fraction = ''] = /\.(\d{1,9})/.exec(text) ?? []
  const seconds = BigInt(Date.parse(text.replace(/\.\d+/, ''))) / 1000n
  return BigInt.asIntN(64, seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')))
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
  switch (operator) {
    case OPERATOR.NOT_EQUAL:
    case OPERATOR.CONTAINS_NONE:
      return (object) => !read(object).some((value) => set.has(value))
    case OPERATOR.CONTAINS_ALL:
      return (object) => new Set(read(object)).isSupersetOf(set)
    case OPERATOR.IS_NULL:
      return (object) => (read(object).length === 0) === first
    default: {
      const holds = relation(operator, first, set)
      return (object) => read(object).some(holds)
    }
  }
}

function relation(operator: number, first: Json, set: ReadonlySet<Json>): (value: Json) => boolean {
  switch (operator) {
    case OPERATOR.EQUAL:
    case OPERATOR.CONTAINS_ANY:
      return (value) => set.has(value)
    case OPERATOR.LIKE:
      return (value) => likeness(String(first)).test(String(value))
    case OPERATOR.GREATER_THAN:
      return (value) => compare(value, first) > 0
    case OPERATOR.GREATER_THAN_EQUAL:
      return (value) => compare(value, first) >= 0
    case OPERATOR.LESS_THAN:
      return (value) => compare(value, first) < 0
    case OPERATOR.LESS_THAN_EQUAL:
      return (value) => compare(value, first) <= 0
    default:
      throw new Refusal(`the double has no filter operator ${operator}`)
  }
}

/** `?` is any character, `*` any number of them, up to the end of a line. */
function likeness(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('?', '.').replaceAll('*', '.*')}$`)
}

/** Numbers by size, everything else by its text. */
export function compare(left: Json, right: Json): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0
  const [a, b] = [String(left), String(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * The ids that a filter names, or undefined where it must be tried on every object: `_id` one of many is what
 * is asked most, and must not cost a scan.
 */
export function namedIds(filter: Filters): string[] | undefined {
  if (filter.target?.property !== '_id') return undefined
  if (filter.operator === OPERATOR.CONTAINS_ANY) return filter.valueTextArray?.values ?? []
  return filter.operator === OPERATOR.EQUAL && filter.valueText !== undefined ? [filter.valueText] : undefined
}
