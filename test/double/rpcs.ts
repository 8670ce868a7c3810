import { noSuchProperty } from './check.ts'
import type { Portion } from './faults.ts'
import { compare, EMPTY_TERM, namedIds, testOf } from './filters.ts'
import type { Inside } from './grpc.ts'
import { Refusal, refusalOf } from './refusal.ts'
import { type ClassSchema, className } from './schema.ts'
import type { Activity, Shard, Stored } from './shard.ts'
import { maybeUuid, uuidBytes } from './uuid.ts'
import { incoming, selected, toProperties } from './values.ts'
import { toBytes, toWire } from './vectors.ts'
import type {
  AggregateReply,
  AggregateRequest,
  BatchDeleteReply,
  BatchDeleteRequest,
  BatchObject,
  BatchObjectsReply,
  BatchObjectsRequest,
  SearchReply,
  SearchRequest,
  SearchResult,
  TenantsGetReply,
  TenantsGetRequest,
} from './wire.ts'

/** QUERY_MAXIMUM_RESULTS and QUERY_DEFAULTS_LIMIT of a server that was told nothing. */
export const MAXIMUM_RESULTS = 10_000
export const DEFAULT_LIMIT = 10

const ACTIVITY: Record<Activity, number> = { HOT: 1, COLD: 2, FROZEN: 4 }

/** The data calls of the gRPC service, each from request to reply. A Refusal is the call's error text. */
export function rpcs(inside: Inside): {
  search: (request: SearchRequest) => SearchReply
  batchObjects: (request: BatchObjectsRequest, portion: Portion) => BatchObjectsReply
  batchDelete: (request: BatchDeleteRequest) => BatchDeleteReply
  aggregate: (request: AggregateRequest) => AggregateReply
  tenantsGet: (request: TenantsGetRequest) => TenantsGetReply
} {
  const { collections } = inside

  const schemaOf = (name: string): ClassSchema => {
    const schema = collections.schema(name)
    if (schema === undefined) throw new Refusal(`could not find class ${className(name)} in schema`)
    return schema
  }

  const search = (request: SearchRequest): SearchReply => {
    const schema = schemaOf(request.collection)
    checkWanted(request, schema)
    const test = request.filters && testWithShard(request, schema)
    checkCursor(request)
    const limit = request.limit === 0 ? DEFAULT_LIMIT : request.limit
    prefixed('explorer: list class: search: ', () => {
      prefixed('invalid pagination params: ', () => checkLimit(request.offset, limit))
    })
    const shard = prefixed(`explorer: list class: search: object search at index ${indexOf(schema)}: `, () =>
      collections.shard(schema, request.tenant),
    )
    const found =
      test === undefined && request.sortBy.length === 0
        ? shard.page(maybeUuid(request.after), request.offset, limit)
        : sorted(matches(shard, request, test), request).slice(request.offset, request.offset + limit)
    const wanted = selected(request.properties, schema.properties)
    return reply({ results: found.map((object) => result(object, request, schema, wanted)) })
  }

  const testWithShard = (request: SearchRequest, schema: ClassSchema): ((object: Stored) => boolean) => {
    try {
      return testOf(request.filters!, schema)
    } catch (error) {
      if (!(error instanceof Refusal) || error.message !== EMPTY_TERM) throw error
      const index = indexOf(schema)
      throw new Refusal(
        `explorer: list class: search: object search at index ${index}: local shard object search ${index}_shard: ${EMPTY_TERM}`,
      )
    }
  }

  const batchObjects = (request: BatchObjectsRequest, portion: Portion): BatchObjectsReply => {
    inside.counters.objectsReceived += request.objects.length
    const errors = writeBatch(request.objects.slice(0, portion.only), portion)
    return { took: 0, errors }
  }

  const writeBatch = (objects: readonly BatchObject[], portion: Portion): BatchObjectsReply['errors'] =>
    objects.flatMap((object, index) => {
      if (object.collection === '' && maybeUuid(object.uuid) !== undefined) {
        throw new Refusal('panic occurred: runtime error: invalid memory address or nil pointer dereference')
      }
      const one = incoming(object, collections.schema(object.collection))
      const outcome = portion.refuse?.(one) ?? collections.attempt(one, 'grpc')
      return typeof outcome === 'string' ? [{ index, error: outcome }] : []
    })

  const batchDelete = (request: BatchDeleteRequest): BatchDeleteReply => {
    const { schema, test } = prefixed('batch delete params: ', () => {
      const found = schemaOf(request.collection)
      if (request.filters === undefined) throw new Refusal('no filters in batch delete request')
      return { schema: found, test: testOf(request.filters, found) }
    })
    const tenant = request.tenant ?? ''
    const shard = prefixed('batch delete: cannot find objects: ', () => collections.shard(schema, tenant))
    const matching = matches(shard, request, test)
    const taken = matching.slice(0, MAXIMUM_RESULTS)
    if (!request.dryRun) for (const { id } of taken) collections.delete(schema.class, tenant, id)
    const objects = taken.map(({ id }) => ({ uuid: uuidBytes(id), successful: true, error: '' }))
    return {
      took: 0,
      failed: 0,
      matches: matching.length,
      successful: taken.length,
      objects: request.verbose ? objects : [],
    }
  }

  const aggregate = (request: AggregateRequest): AggregateReply => {
    const schema = prefixed('parse params: ', () => schemaOf(request.collection))
    const test = request.filters && testOf(request.filters, schema)
    const shard = prefixed('aggregate: ', () => collections.shard(schema, request.tenant))
    const count = test === undefined ? shard.size : matches(shard, request, test).length
    return {
      took: 0,
      singleResult: { objectsCount: request.objectsCount ? count : 0, aggregations: undefined },
    }
  }

  const tenantsGet = (request: TenantsGetRequest): TenantsGetReply => {
    if (request.names?.values.length === 0) {
      throw new Refusal('get tenants: must specify at least one tenant name')
    }
    const names = request.names?.values
    const found = prefixed('get tenants: ', () => tenantsOf(inside, request.collection))
    const tenants = [...found]
      .filter(([name]) => names === undefined || names.includes(name))
      .map(([name, shard]) => ({ name, activityStatus: ACTIVITY[shard.activity] }))
    return { took: 0, tenants }
  }

  return { search, batchObjects, batchDelete, aggregate, tenantsGet }
}

/** The tenants of a class in the order of their names, or the server's words why there are none. */
export function tenantsOf(inside: Inside, name: string): Map<string, Shard> {
  const schema = inside.collections.schema(name)
  const failed = 'failed to execute query: could not get tenants: could not get tenants: '
  if (schema === undefined) throw new Refusal(`${failed}class not found`)
  if (!schema.multiTenancyConfig.enabled) {
    throw new Refusal(`${failed}multi-tenancy is not enabled for class "${schema.class}"`)
  }
  return new Map([...inside.collections.shards(name)].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Does the work, with the server's words before those of a refusal. */
export function prefixed<T>(words: string | ((text: string) => string), work: () => T): T {
  let done: T | undefined
  const text = refusalOf(() => {
    done = work()
  })
  if (text !== undefined) throw new Refusal((typeof words === 'string' ? words : words(text)) + text)
  return done as T
}

/** The server's name for the index of a class. */
export function indexOf(schema: ClassSchema): string {
  return schema.class.toLowerCase()
}

/** Throws where a page would reach beyond what one query may return. */
export function checkLimit(offset: number, limit: number): void {
  if (offset + limit <= MAXIMUM_RESULTS) return
  throw new Refusal(
    `query maximum results exceeded: the total limit calculated from the provided offset '${offset}' and limit ` +
      `'${limit}' exceeds the configured value for QUERY_MAXIMUM_RESULTS '${MAXIMUM_RESULTS}'. If you've supplied ` +
      'a negative offset or limit, this may be an underflow error',
  )
}

/** Throws where `after` stands beside something that it cannot stand beside, or is no UUID. */
export function checkAfter(after: string, offset: number, others: Record<string, boolean> = {}): void {
  const clash = Object.keys(others).find((name) => others[name]) ?? (offset > 0 ? 'offset' : undefined)
  if (clash !== undefined) throw new Refusal(`${clash} cannot be set with after and limit parameters`)
  const text = refusalOf(() => void parseAfter(after))
  if (text !== undefined) throw new Refusal(text)
}

function parseAfter(after: string): void {
  if (maybeUuid(after) !== undefined) return
  throw new Refusal(
    `after parameter '${after}' is not a valid uuid: invalid UUID ${
      after.length === 36 ? 'format' : `length: ${after.length}`
    }`,
  )
}

function checkCursor(request: SearchRequest): void {
  if (request.after === '') return
  prefixed("cursor api: invalid 'after' parameter: ", () => {
    checkAfter(request.after, request.offset, {
      where: request.filters !== undefined,
      sort: request.sortBy.length > 0,
    })
  })
}

function checkWanted(request: SearchRequest, schema: ClassSchema): void {
  const unknown = request.properties?.nonRefProperties.find(
    (name) => !schema.properties.some((property) => property.name === name),
  )
  if (unknown === undefined) return
  throw new Refusal(
    `extract properties request: get property by name ${unknown} for class ${schema.class}: ` +
      noSuchProperty(unknown, schema.class),
  )
}

function matches(
  shard: Shard,
  request: Pick<SearchRequest, 'filters'>,
  test: ((object: Stored) => boolean) | undefined,
): Stored[] {
  if (test === undefined) return [...shard.all()]
  const ids = request.filters && namedIds(request.filters)
  if (ids === undefined) return [...shard.all()].filter(test)
  const known = ids.map((id) => maybeUuid(id)).filter((id) => id !== undefined)
  return shard.those(known).filter(test)
}

function sorted(objects: Stored[], request: SearchRequest): Stored[] {
  const [by] = request.sortBy
  const [path = ''] = by?.path ?? []
  if (by === undefined) return objects
  const key = (object: Stored) =>
    path === '_id' || path === 'id' ? object.id : (object.properties[path] ?? null)
  return objects.sort((a, b) => compare(key(a), key(b)) * (by.ascending ? 1 : -1))
}

type Wanted = ReturnType<typeof selected>

function result(object: Stored, request: SearchRequest, schema: ClassSchema, wanted: Wanted): SearchResult {
  return {
    properties: {
      refProps: [],
      targetCollection: schema.class,
      metadata: undefined,
      nonRefProps: wanted && toProperties(object.properties, wanted),
      refPropsRequested: false,
    },
    metadata: metadata(object, request.metadata),
  }
}

function metadata(object: Stored, wanted: SearchRequest['metadata']): SearchResult['metadata'] {
  const vector = wanted?.vector === true ? object.vector : undefined
  return {
    ...NO_METADATA,
    id: wanted?.uuid ? object.id : '',
    idAsBytes: wanted?.uuid ? uuidBytes(object.id) : new Uint8Array(),
    creationTimeUnix: wanted?.creationTimeUnix ? object.created : 0,
    creationTimeUnixPresent: wanted?.creationTimeUnix ?? false,
    lastUpdateTimeUnix: wanted?.lastUpdateTimeUnix ? object.updated : 0,
    lastUpdateTimeUnixPresent: wanted?.lastUpdateTimeUnix ?? false,
    vector: vector === undefined ? [] : [...vector],
    vectorBytes: vector === undefined ? new Uint8Array() : toBytes(vector),
    vectors: Object.entries(object.vectors ?? {})
      .filter(([name]) => wanted?.vector === true || wanted?.vectors.includes(name) === true)
      .map(([name, value]) => toWire(name, value)),
  }
}

const NO_METADATA = {
  distance: 0,
  distancePresent: false,
  certainty: 0,
  certaintyPresent: false,
  score: 0,
  scorePresent: false,
  explainScore: '',
  explainScorePresent: false,
  generative: '',
  generativePresent: false,
  isConsistentPresent: false,
  rerankScore: 0,
  rerankScorePresent: false,
}

function reply(given: Pick<SearchReply, 'results'>): SearchReply {
  return { took: 0, ...given, generativeGroupedResult: '', groupByResults: [] }
}
