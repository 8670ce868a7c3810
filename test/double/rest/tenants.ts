import type { JsonObject } from '../../../lib/core/object.ts'
import type { Activity } from '../class/shard.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { tenantsOf } from '../grpc/rpcs.ts'
import { list, object } from '../value/json.ts'
import { prefixed } from '../value/words.ts'
import { Answered, type Routes } from './rest.ts'
import { isBefore } from './server.ts'

const ACTIVITIES: Record<string, Activity> = {
  HOT: 'HOT',
  ACTIVE: 'HOT',
  COLD: 'COLD',
  INACTIVE: 'COLD',
  FROZEN: 'FROZEN',
  OFFLOADED: 'FROZEN',
}
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** The tenants of a class. */
export function tenantRoutes(inside: Inside): Routes {
  const { collections } = inside
  const one = (name: string, tenant: string): object => {
    const shard = tenantsOf(collections, name).get(tenant)
    if (shard === undefined) throw new Answered({ status: 404 })
    return { activityStatus: shard.activity, name: tenant }
  }
  return {
    'GET /v1/schema/{class}/tenants': ({ parts: [name = ''] }) => {
      const tenants = [...tenantsOf(collections, name).keys()]
      return { status: 200, body: tenants.map((tenant) => one(name, tenant)) }
    },
    'GET /v1/schema/{class}/tenants/{tenant}': ({ parts: [name = '', tenant = ''] }) => ({
      status: isBefore(inside.version, 28) ? 405 : 200,
      body: one(name, tenant),
    }),
    'HEAD /v1/schema/{class}/tenants/{tenant}': ({ parts: [name = '', tenant = ''] }) => {
      one(name, tenant)
      return { status: 200 }
    },
    'POST /v1/schema/{class}/tenants': ({ parts: [name = ''], body }) => {
      for (const tenant of checked(inside, name, list(body), 'TYPE_ADD_TENANT'))
        addTenant(inside, name, tenant)
      return { status: 200, body: list(body).map(object).map(normal) }
    },
    'PUT /v1/schema/{class}/tenants': ({ parts: [name = ''], body }) => {
      const tenants = checked(inside, name, list(body), 'TYPE_UPDATE_TENANT')
      checkUpdate(tenants)
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

function checked(inside: Inside, name: string, body: readonly unknown[], type: string): JsonObject[] {
  const tenants = body.map(object)
  const seen = new Set<string>()
  for (const [index, tenant] of tenants.entries()) {
    checkTenant(tenant, index)
    if (seen.has(String(tenant.name))) throw new Refusal(`tenant name ${tenant.name} existed multiple times`)
    seen.add(String(tenant.name))
  }
  const schema = inside.collections.schema(name)
  prefixed(`updating schema: ${type}: `, () => {
    if (schema === undefined) throw new Refusal('class not found')
    if (schema.multiTenancyConfig.enabled) return
    throw new Refusal(`multi-tenancy is not enabled for class "${schema.class}"`)
  })
  return tenants
}

const AT_ONCE = 100

function checkUpdate(tenants: readonly JsonObject[]): void {
  if (tenants.length > AT_ONCE) {
    throw new Refusal(
      `maximum number of tenants allowed to be updated simultaneously is ${AT_ONCE}. ` +
        'Please reduce the number of tenants in your request and try again',
    )
  }
  if (tenants.every(({ activityStatus }) => ACTIVITIES[String(activityStatus)] !== 'FROZEN')) return
  throw new Refusal("can't offload tenants, because offload-s3 module is not enabled")
}

function checkTenant({ name = '', activityStatus }: JsonObject, index: number): void {
  if (activityStatus !== undefined && ACTIVITIES[String(activityStatus)] === undefined) {
    const message =
      'activityStatus in body should be one of [ACTIVE INACTIVE OFFLOADED OFFLOADING ONLOADING HOT COLD ' +
      'FROZEN FREEZING UNFREEZING]'
    throw new Answered({ status: 422, body: { code: 606, message } })
  }
  if (TENANT_NAME.test(String(name))) return
  throw new Refusal(
    `tenant name at index ${index}:  '${name}' is not a valid tenant name. should only contain ` +
      'alphanumeric characters (a-z, A-Z, 0-9), underscore (_), and hyphen (-), with a length between 1 and 64 characters',
  )
}

/** A tenant as it was given, its state by the older name. */
function normal(tenant: JsonObject): JsonObject {
  const activity = ACTIVITIES[String(tenant.activityStatus)]
  return activity === undefined ? tenant : { ...tenant, activityStatus: activity }
}

/** A tenant that is there stays as it is. */
function addTenant(inside: Inside, name: string, tenant: JsonObject): void {
  if (!inside.collections.shards(name).has(String(tenant.name))) setActivity(inside, name, tenant)
}

function setActivity(inside: Inside, name: string, tenant: JsonObject): object {
  const activity = ACTIVITIES[String(tenant.activityStatus ?? 'HOT')] ?? 'HOT'
  const { collections, tenantMs } = inside
  const reach = (state: Activity) => collections.setTenant(name, String(tenant.name), state)
  if (tenantMs === 0 || !collections.shards(name).has(String(tenant.name))) reach(activity)
  else {
    reach(activity === 'HOT' ? 'UNFREEZING' : 'FREEZING')
    setTimeout(reach, tenantMs, activity).unref()
  }
  return { activityStatus: activity, name: tenant.name }
}
