import { refusalOf } from '../fault/refusal.ts'
import { filterOf } from '../grpc/filters.ts'
import type { Inside } from '../grpc/grpc.ts'
import { matches } from '../grpc/search.ts'
import type { Filters } from '../grpc/wire.ts'
import { object } from '../value/json.ts'
import type { Routes } from './rest.ts'

const COUNT =
  /^\{ Aggregate \{ (\w+)(?:\((?:tenant: ("[^"]*"))?(?:, )?(?:where: (.*))?\))? \{ meta \{ count \} \} \} \}$/s

/** Operators by their names. */
const OPERATORS: Readonly<Record<string, number>> = {
  Equal: 1,
  GreaterThan: 3,
  GreaterThanEqual: 4,
  LessThan: 5,
  LessThanEqual: 6,
  And: 7,
  IsNull: 11,
  ContainsAny: 12,
  ContainsAll: 13,
}

interface Where {
  readonly operator: string
  readonly path?: readonly string[]
  readonly operands?: readonly Where[]
  readonly [value: string]: unknown
}

/** The text of a `where` as what gRPC would bring. */
function filtersOf(where: string): Filters {
  // Names and operators have no quotes in GraphQL: with them it is JSON.
  const json = where.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.])[A-Za-z]\w*/g, (word) =>
    word.startsWith('"') || word === 'true' || word === 'false' ? word : `"${word}"`,
  )
  return fromWhere(JSON.parse(json) as Where)
}

function fromWhere({ operator, path, operands = [], ...values }: Where): Filters {
  const [[name, value] = ['', undefined]] = Object.entries(values)
  const key = name === 'valueDate' ? 'valueText' : name
  return {
    operator: OPERATORS[operator],
    on: [],
    filters: operands.map(fromWhere),
    ...(Array.isArray(value) ? { [`${key}Array`]: { values: value } } : { [key]: value }),
    target: path && { property: path[0] },
  } as unknown as Filters
}

/** Of GraphQL the one question that a client of old servers asks: how many objects there are, all or of a condition. */
export function graphqlRoutes({ collections }: Inside): Routes {
  return {
    'POST /v1/graphql': ({ body }) => {
      const [, name = '', tenant = '""', where] = COUNT.exec(String(object(body).query)) ?? []
      const schema = collections.schema(name)
      if (schema === undefined) {
        const message = `Cannot query field "${name}" on type "AggregateObjectsObj".`
        return { status: 200, body: { data: null, errors: [{ message }] } }
      }
      let count = 0
      const message = refusalOf(() => {
        const shard = collections.shard(schema, JSON.parse(tenant) as string)
        const filters = where === undefined ? undefined : filtersOf(where)
        const words = { params: '', shard: 'aggregate: ' }
        count =
          filters === undefined
            ? shard.size
            : matches(shard, filters, filterOf(filters, schema, words)).length
      })
      const data = { Aggregate: { [name]: message === undefined ? [{ meta: { count } }] : null } }
      return { status: 200, body: { data, ...(message === undefined ? {} : { errors: [{ message }] }) } }
    },
  }
}
