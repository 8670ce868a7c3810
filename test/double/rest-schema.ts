import type { Json, JsonObject } from '../../lib/object.ts'
import type { Inside } from './grpc.ts'
import { Refusal } from './refusal.ts'
import { Answered, errorBody, type Routes } from './rest.ts'
import { prefixed, tenantsOf } from './rpcs.ts'
import { type ClassSchema, className, list, object } from './schema.ts'
import type { Activity, Shard } from './shard.ts'

/** The version that a double claims to be of. */
export const VERSION = '1.39.0'
const ACTIVITIES: Record<string, Activity> = {
  HOT: 'HOT',
  ACTIVE: 'HOT',
  COLD: 'COLD',
  INACTIVE: 'COLD',
  FROZEN: 'FROZEN',
  OFFLOADED: 'FROZEN',
}
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** Server, schema, tenants, shards and nodes. */
export function schemaRoutes(inside: Inside, port: () => number): Routes {
  const { collections } = inside

  const found = (name: string): ClassSchema => {
    const schema = collections.schema(name)
    if (schema === undefined) throw new Answered({ status: 404 })
    return schema
  }

  return {
    'GET /v1/.well-known/live': () => ({ status: 200 }),
    'GET /v1/.well-known/ready': () => ({ status: 200 }),
    'GET /v1/.well-known/openid-configuration': () => ({ status: 404 }),
    'GET /v1/meta': () => ({
      status: 200,
      body: {
        grpcMaxMessageSize: inside.maxMessageBytes,
        hostname: `${inside.scheme}://127.0.0.1:${port()}`,
        modules: Object.fromEntries(collections.modules.map((name) => [name, { name }])),
        version: VERSION,
      },
    }),
    'GET /v1/schema': () => ({ status: 200, body: { classes: collections.schemas() } }),
    'POST /v1/schema': ({ body }) => {
      for (const [index, one] of list(object(body).properties).entries()) {
        checkTokenization(one, `properties.${index}.tokenization`)
      }
      return schemaAnswer(() => collections.createClass(object(body)))
    },
    'GET /v1/schema/{class}': ({ parts: [name = ''] }) => ({ status: 200, body: found(name) }),
    'DELETE /v1/schema/{class}': ({ parts: [name = ''] }) => {
      collections.dropClass(name)
      return { status: 200 }
    },
    'POST /v1/schema/{class}/properties': ({ parts: [name = ''], body }) => {
      checkTokenization(body, 'tokenization')
      return schemaAnswer(() => collections.addProperty(name, object(body)))
    },
    'GET /v1/schema/{class}/shards': ({ parts: [name = ''] }) => {
      const schema = collections.schema(name)
      if (schema === undefined) throw new Refusal(noIndex(name), 404)
      const shards = [...collections.shards(name)].map(([tenant, shard]) => shardStatus(tenant, shard))
      return { status: 200, body: shards }
    },
    ...tenantRoutes(inside),
    'GET /v1/nodes': ({ query }) => ({ status: 200, body: nodes(inside, query) }),
    'GET /v1/nodes/{class}': ({ parts: [name = ''], query }) => {
      if (collections.schema(name) === undefined) {
        throw new Refusal(`class "${className(name)}" not found`, 404)
      }
      return { status: 200, body: nodes(inside, query, className(name)) }
    },
    'GET /v1/cluster/statistics': () => ({ status: 200, body: { statistics: [], synchronized: true } }),
    'GET /v1/aliases': () => ({ status: 200, body: { aliases: [] } }),
  }
}

function noIndex(name: string): string {
  return `cannot get shards status for a non-existing index for ${className(name)}: not found`
}

const TOKENIZATIONS = 'word lowercase whitespace field trigram gse kagome_kr kagome_ja gse_ch'

function checkTokenization(property: Json, where: string): void {
  const { tokenization } = object(property)
  if (tokenization === undefined || tokenization === '') return
  if (TOKENIZATIONS.split(' ').includes(String(tokenization))) return
  const message = `${where} in body should be one of [${TOKENIZATIONS}]`
  throw new Answered({ status: 422, body: { code: 606, message } })
}

/** Schema calls answer their refusals with `allowed` beside them. */
function schemaAnswer(work: () => JsonObject | ClassSchema): { status: number; body: unknown } {
  try {
    return { status: 200, body: work() }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: 422, body: { allowed: null, ...errorBody(error.message) } }
  }
}

function shardStatus(tenant: string, shard: Shard): object {
  const status = shard.activity === 'HOT' ? { per_node_status: { node1: 'READY' }, status: 'READY' } : {}
  return { name: tenant === '' ? 'double' : tenant, ...status, vectorQueueSize: 0 }
}

function nodes(inside: Inside, query: URLSearchParams, only?: string): object {
  const verbose = query.get('output') === 'verbose'
  const shards = inside.collections
    .schemas()
    .filter((schema) => only === undefined || schema.class === only)
    .flatMap((schema) =>
      [...inside.collections.shards(schema.class)]
        .filter(([, shard]) => shard.activity === 'HOT')
        .map(([tenant, shard]) => nodeShard(schema.class, tenant, shard)),
    )
  const objectCount = shards.reduce((sum, shard) => sum + shard.objectCount, 0)
  const node = {
    batchStats: { queueLength: 0, ratePerSecond: 0 },
    name: 'node1',
    operationalMode: 'ReadWrite',
    shards: verbose ? shards : null,
    ...(verbose ? { stats: { objectCount, shardCount: shards.length } } : {}),
    status: 'HEALTHY',
    version: VERSION,
  }
  return { nodes: [node] }
}

function nodeShard(name: string, tenant: string, shard: Shard): { objectCount: number } {
  return {
    asyncReplicationStatus: [],
    class: name,
    compressed: false,
    loaded: true,
    name: tenant === '' ? 'double' : tenant,
    numberOfReplicas: 1,
    objectCount: shard.size,
    replicationFactor: 1,
    vectorIndexingStatus: 'READY',
    vectorQueueLength: 0,
  } as { objectCount: number }
}

function tenantRoutes(inside: Inside): Routes {
  const { collections } = inside
  const one = (name: string, tenant: string): object => {
    const shard = tenantsOf(inside, name).get(tenant)
    if (shard === undefined) throw new Answered({ status: 404 })
    return { activityStatus: shard.activity, name: tenant }
  }
  return {
    'GET /v1/schema/{class}/tenants': ({ parts: [name = ''] }) => ({
      status: 200,
      body: [...tenantsOf(inside, name)].map(([tenant, { activity }]) => ({
        activityStatus: activity,
        name: tenant,
      })),
    }),
    'GET /v1/schema/{class}/tenants/{tenant}': ({ parts: [name = '', tenant = ''] }) => ({
      status: 200,
      body: one(name, tenant),
    }),
    'HEAD /v1/schema/{class}/tenants/{tenant}': ({ parts: [name = '', tenant = ''] }) => {
      one(name, tenant)
      return { status: 200 }
    },
    'POST /v1/schema/{class}/tenants': ({ parts: [name = ''], body }) => {
      const tenants = list(body).map(object)
      checkTenants(inside, name, tenants, 'TYPE_ADD_TENANT')
      for (const tenant of tenants) addTenant(inside, name, tenant)
      return { status: 200, body }
    },
    'PUT /v1/schema/{class}/tenants': ({ parts: [name = ''], body }) => {
      const tenants = list(body).map(object)
      checkTenants(inside, name, tenants, 'TYPE_UPDATE_TENANT')
      const unknown = tenants.find(({ name: tenant }) => !collections.shards(name).has(String(tenant)))
      if (unknown !== undefined) {
        throw new Refusal(`updating schema: TYPE_UPDATE_TENANT: shard not found: ${unknown.name}`)
      }
      return { status: 200, body: tenants.map((tenant) => setActivity(inside, name, tenant)) }
    },
    'DELETE /v1/schema/{class}/tenants': ({ parts: [name = ''], body }) => {
      for (const tenant of list(body)) collections.setTenant(name, String(tenant), undefined)
      return { status: 200 }
    },
  }
}

function checkTenants(inside: Inside, name: string, tenants: readonly JsonObject[], type: string): void {
  const seen = new Set<string>()
  for (const [index, { name: raw, activityStatus }] of tenants.entries()) {
    const tenant = String(raw ?? '')
    if (activityStatus !== undefined && ACTIVITIES[String(activityStatus)] === undefined) {
      const message =
        'activityStatus in body should be one of [ACTIVE INACTIVE OFFLOADED OFFLOADING ONLOADING HOT COLD FROZEN ' +
        'FREEZING UNFREEZING]'
      throw new Answered({ status: 422, body: { code: 606, message } })
    }
    if (seen.has(tenant)) throw new Refusal(`tenant name ${tenant} existed multiple times`)
    seen.add(tenant)
    if (TENANT_NAME.test(tenant)) continue
    throw new Refusal(
      `tenant name at index ${index}:  '${tenant}' is not a valid tenant name. should only contain alphanumeric ` +
        'characters (a-z, A-Z, 0-9), underscore (_), and hyphen (-), with a length between 1 and 64 characters',
    )
  }
  const schema = inside.collections.schema(name)
  prefixed(`updating schema: ${type}: `, () => {
    if (schema === undefined) throw new Refusal('class not found')
    if (!schema.multiTenancyConfig.enabled) {
      throw new Refusal(`multi-tenancy is not enabled for class "${schema.class}"`)
    }
  })
}

/** A tenant that is there stays as it is. */
function addTenant(inside: Inside, name: string, tenant: JsonObject): void {
  if (!inside.collections.shards(name).has(String(tenant.name))) setActivity(inside, name, tenant)
}

function setActivity(inside: Inside, name: string, tenant: JsonObject): object {
  const activity = ACTIVITIES[String(tenant.activityStatus ?? 'HOT')] ?? 'HOT'
  inside.collections.setTenant(name, String(tenant.name), activity)
  return { activityStatus: activity, name: tenant.name }
}
