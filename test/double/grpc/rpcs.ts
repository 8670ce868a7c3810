import type { Collections } from '../class/collections.ts'
import type { Activity, Shard, Stored } from '../class/shard.ts'
import { attempt } from '../class/writing.ts'
import type { Portion } from '../fault/fault.ts'
import { Refusal } from '../fault/refusal.ts'
import { maybeUuid, uuidBytes } from '../value/uuid.ts'
import { incoming } from '../value/values.ts'
import { MAXIMUM_RESULTS, prefixed } from '../value/words.ts'
import { filterOf } from './filters.ts'
import type { Inside } from './grpc.ts'
import { matches, schemaOf, search } from './search.ts'
import type {
  AggregateReply,
  AggregateRequest,
  BatchDeleteReply,
  BatchDeleteRequest,
  BatchObjectsReply,
  BatchObjectsRequest,
  SearchReply,
  SearchRequest,
  TenantsGetReply,
  TenantsGetRequest,
} from './wire.ts'

const ACTIVITY: Record<Activity, number> = { HOT: 1, COLD: 2, FROZEN: 4, UNFREEZING: 5, FREEZING: 6 }

/** The data calls of the gRPC service, each from request to reply. A Refusal is the call's error text. */
export interface Rpcs {
  search(request: SearchRequest): SearchReply
  batchObjects(request: BatchObjectsRequest, portion: Portion): BatchObjectsReply
  batchDelete(request: BatchDeleteRequest, portion: Portion): BatchDeleteReply
  aggregate(request: AggregateRequest): AggregateReply
  tenantsGet(request: TenantsGetRequest): TenantsGetReply
}

/** The calls on these collections. */
export function rpcs({ collections, counters }: Inside): Rpcs {
  return {
    search: (request) => search(collections, request),
    batchObjects: (request, portion) => {
      counters.objectsReceived += request.objects.length
      return batchObjects(collections, request, portion)
    },
    batchDelete: (request, portion) => batchDelete(collections, request, portion),
    aggregate: (request) => aggregate(collections, request),
    tenantsGet: (request) => tenantsGet(collections, request),
  }
}

function batchObjects(
  collections: Collections,
  request: BatchObjectsRequest,
  portion: Portion,
): BatchObjectsReply {
  const errors = request.objects.slice(0, portion.only).flatMap((object, index) => {
    if (object.collection === '' && maybeUuid(object.uuid) !== undefined) {
      throw new Refusal('panic occurred: runtime error: invalid memory address or nil pointer dereference')
    }
    const one = incoming(object, collections.schema(object.collection))
    const outcome = portion.refuse?.(one) ?? attempt(collections, one, 'grpc')
    return typeof outcome === 'string' ? [{ index, error: outcome }] : []
  })
  return { took: 0, errors }
}

const PARAMS = 'batch delete params: '
const FINDING = 'batch delete: cannot find objects: '
const IN_SHARD = 'find matching doc ids in shard "double": docIds: '

function batchDelete(
  collections: Collections,
  request: BatchDeleteRequest,
  portion: Portion,
): BatchDeleteReply {
  const { filters, tenant = '' } = request
  const schema = prefixed(PARAMS, () => schemaOf(collections, request.collection))
  if (filters === undefined) throw new Refusal(`${PARAMS}no filters in batch delete request`)
  const test = filterOf(filters, schema, { params: PARAMS, shard: `${FINDING}${IN_SHARD}` })
  const shard = prefixed(FINDING, () => collections.shard(schema, tenant))
  const matching = matches(shard, filters, test)
  const objects = matching.slice(0, portion.only ?? MAXIMUM_RESULTS).map((object: Stored) => {
    const error = portion.refuse?.(object) ?? ''
    if (error === '' && !request.dryRun) collections.delete(schema.class, tenant, object.id)
    return { uuid: uuidBytes(object.id), successful: error === '', error }
  })
  const successful = objects.filter((object) => object.successful).length
  return {
    took: 0,
    failed: objects.length - successful,
    matches: matching.length,
    successful,
    objects: request.verbose ? objects : [],
  }
}

function aggregate(collections: Collections, request: AggregateRequest): AggregateReply {
  const schema = prefixed('parse params: ', () => schemaOf(collections, request.collection))
  const test = request.filters && filterOf(request.filters, schema, { params: '', shard: 'aggregate: ' })
  const shard = prefixed('aggregate: ', () => collections.shard(schema, request.tenant))
  const count = test === undefined ? shard.size : matches(shard, request.filters, test).length
  const objectsCount = request.objectsCount ? count : 0
  return { took: 0, singleResult: { objectsCount, aggregations: undefined } }
}

function tenantsGet(collections: Collections, request: TenantsGetRequest): TenantsGetReply {
  const names = request.names?.values
  if (names?.length === 0) throw new Refusal('get tenants: must specify at least one tenant name')
  const found = prefixed('get tenants: ', () => tenantsOf(collections, request.collection))
  const tenants = [...found]
    .filter(([name]) => names === undefined || names.includes(name))
    .map(([name, shard]) => ({ name, activityStatus: ACTIVITY[shard.activity] }))
  return { took: 0, tenants }
}

/** The tenants of a class in the order of their names, or the server's words why there are none. */
export function tenantsOf(collections: Collections, name: string): Map<string, Shard> {
  const schema = collections.schema(name)
  const failed = 'failed to execute query: could not get tenants: could not get tenants: '
  if (schema === undefined) throw new Refusal(`${failed}class not found`)
  if (!schema.multiTenancyConfig.enabled) {
    throw new Refusal(`${failed}multi-tenancy is not enabled for class "${schema.class}"`)
  }
  return new Map([...collections.shards(name)].sort(([a], [b]) => (a < b ? -1 : 1)))
}
