import type { Json } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import type { StoreCondition } from '../condition.ts'
import type { CallOptions } from '../store.ts'
import { wholeFailure } from './cluster/failure.ts'
import type { Context } from './context.ts'
import { conditionsFilter } from './grpc/filters.ts'
import { objectIn, wrongAnswer } from './rest/answer.ts'
import { expectAnswer } from './rest/expect.ts'
import type { RestRequest } from './rest/request.ts'
import { graphqlWhere } from './rest/where.ts'

/**
 * The number of objects, in one tenant if there are tenants, or of those that a search with these conditions finds: by
 * gRPC, or by GraphQL if gRPC cannot count yet.
 */
export async function count(
  context: Context,
  call: CallOptions,
  conditions: readonly StoreCondition[] = [],
): Promise<number> {
  const layout = await context.classes.layout(context.name, call)
  const tenant = await context.classes.tenantOf(layout, call)
  context.shards.begin()
  const counted = context.capabilities.aggregate
    ? await countByGrpc(context, tenant, conditions, call)
    : await countByGraphql(context, tenant, conditions, call)
  await context.shards.requireServed(context.name, tenant, call)
  if (typeof counted === 'number' && Number.isSafeInteger(counted) && counted >= 0) return counted
  throw wrongAnswer(context.target, `gives no count of ${context.name}`)
}

async function countByGrpc(
  { cluster, name }: Context,
  tenant: string,
  conditions: readonly StoreCondition[],
  call: CallOptions,
) {
  const filters = conditions.length === 0 ? {} : { filters: conditionsFilter(conditions, {}) }
  const counting = { collection: name, tenant, ...filters }
  return cluster.rpc(call, (grpcClient, signal) => grpcClient.countObjects(counting, signal))
}

/** @see https://docs.weaviate.io/weaviate/api/graphql/aggregate (meta count) */
async function countByGraphql(
  { cluster, name, target }: Context,
  tenant: string,
  conditions: readonly StoreCondition[],
  call: CallOptions,
): Promise<Json | undefined> {
  const callArguments = [
    ...(tenant === '' ? [] : [`tenant: ${JSON.stringify(tenant)}`]),
    ...(conditions.length === 0 ? [] : [`where: ${graphqlWhere(conditions)}`]),
  ]
  const of = callArguments.length === 0 ? name : `${name}(${callArguments.join(', ')})`
  const body = { query: `{ Aggregate { ${of} { meta { count } } } }` }
  const request: RestRequest = { method: 'POST', path: '/graphql', body, reads: true }
  const doing = `counting ${name}`
  const answer = objectIn(await expectAnswer({ cluster, target }, request, doing, call), target)
  const [error] = Array.isArray(answer.errors) ? answer.errors : []
  if (error !== undefined) {
    const reason = isRecord(error) ? String(error.message) : 'it does not say why it cannot'
    throw wholeFailure(reason, `${doing}: ${target}`)
  }
  const [first] = listAt(answer, 'data', 'Aggregate', name)
  return valueAt(first, 'meta', 'count')
}

function listAt(value: Json, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...path)
  return Array.isArray(found) ? found : []
}

function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let at = value
  for (const name of path) at = isRecord(at) ? at[name] : undefined
  return at
}
