import type { Inside } from './grpc.ts'
import { object } from './json.ts'
import { refusalOf } from './refusal.ts'
import type { Routes } from './rest.ts'

const COUNT = /^\{ Aggregate \{ (\w+)(?:\(tenant: ("[^"]*")\))? \{ meta \{ count \} \} \} \}$/

/** Of GraphQL the one question that a client of old servers asks: how many objects there are. */
export function graphqlRoutes({ collections }: Inside): Routes {
  return {
    'POST /v1/graphql': ({ body }) => {
      const [, name = '', tenant = '""'] = COUNT.exec(String(object(body).query)) ?? []
      const schema = collections.schema(name)
      if (schema === undefined) {
        const message = `Cannot query field "${name}" on type "AggregateObjectsObj".`
        return { status: 200, body: { data: null, errors: [{ message }] } }
      }
      let count = 0
      const message = refusalOf(() => {
        count = collections.shard(schema, JSON.parse(tenant) as string).size
      })
      const data = { Aggregate: { [name]: message === undefined ? [{ meta: { count } }] : null } }
      return { status: 200, body: { data, ...(message === undefined ? {} : { errors: [{ message }] }) } }
    },
  }
}
