import type { Collections } from '../class/collections.ts'
import { referred } from '../class/references.ts'
import type { ClassSchema } from '../class/schema.ts'
import type { Shard, Stored } from '../class/shard.ts'
import { toBytes, toWire } from '../class/vectors.ts'
import { noSuchProperty } from '../dialogue/check.ts'
import { Refusal } from '../fault/refusal.ts'
import { maybeUuid, uuidBytes } from '../value/uuid.ts'
import { selected, toProperties } from '../value/values.ts'
import { checkAfter, checkLimit, DEFAULT_LIMIT, prefixed } from '../value/words.ts'
import { compare, filterOf, namedIds, type Test } from './filters.ts'
import type {
  RefPropertiesRequest,
  RefPropertiesResult,
  SearchReply,
  SearchRequest,
  SearchResult,
} from './wire.ts'

/** The class that a gRPC call speaks of. */
export function schemaOf(collections: Collections, name: string): ClassSchema {
  const schema = collections.schema(name)
  if (schema === undefined) throw new Refusal(`could not find class ${collections.resolve(name)} in schema`)
  return schema
}

/** A Search: a page by cursor or offset, or what a filter finds, with the parts of each object asked for. */
export function search(collections: Collections, request: SearchRequest): SearchReply {
  const schema = schemaOf(collections, request.collection)
  checkWanted(request, schema)
  const inShard = `${LISTING}object search at index ${indexOf(schema)}: `
  const shardWords = `${inShard}local shard object search ${indexOf(schema)}_shard: `
  const test = request.filters && filterOf(request.filters, schema, { params: '', shard: shardWords })
  checkCursor(request)
  const limit = request.limit === 0 ? DEFAULT_LIMIT : request.limit
  const { offset } = request
  prefixed(`${LISTING}invalid pagination params: `, () => checkLimit(offset, limit))
  const shard = prefixed(inShard, () => collections.shard(schema, request.tenant))
  const scanned = test === undefined && request.sortBy.length === 0
  const page = scanned
    ? shard.page(maybeUuid(request.after), offset, limit)
    : sorted(found(shard, request, offset + limit, test), request).slice(offset, offset + limit)
  const wanted = selected(request.properties, schema.properties)
  const results = page.map((object) => result(object, request, { collections, schema, wanted }))
  return { took: 0, results, generativeGroupedResult: '', groupByResults: [] }
}

/** Of a condition that stands alone a server takes as many objects as it needs, in the order in which they were written. */
function found(shard: Shard, { filters }: SearchRequest, limit: number, test: Test | undefined): Stored[] {
  const all = matches(shard, filters, test)
  return filters === undefined || filters.filters.length > 0 ? all : all.slice(0, limit)
}

const LISTING = 'explorer: list class: search: '

/** The server's name for the index of a class. */
export function indexOf(schema: ClassSchema): string {
  return schema.class.toLowerCase()
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

/** What a filter lets through, in the order in which it was written. */
export function matches(shard: Shard, filters: SearchRequest['filters'], test: Test = () => true): Stored[] {
  const ids = filters && namedIds(filters)
  if (ids === undefined) return [...shard.all()].filter(test)
  const known = ids.map((id) => maybeUuid(id)).filter((id) => id !== undefined)
  return shard.those(known).filter(test)
}

function sorted(objects: Stored[], request: SearchRequest): Stored[] {
  const [by] = request.sortBy
  const [path = ''] = by?.path ?? []
  if (by === undefined) return objects
  const byId = path === '_id' || path === 'id'
  const key = (object: Stored) => (byId ? object.id : (object.properties[path] ?? null))
  return objects.sort((a, b) => compare(key(a), key(b)) * (by.ascending ? 1 : -1))
}

type Wanted = ReturnType<typeof selected>

interface Around {
  readonly collections: Collections
  readonly schema: ClassSchema
  readonly wanted: Wanted
}

function result(object: Stored, request: SearchRequest, context: Around): SearchResult {
  const { schema, wanted } = context
  const references = request.properties?.refProperties ?? []
  return {
    properties: {
      refProps: references.flatMap((one) => resolved(object, one, request.tenant, context)),
      targetCollection: schema.class,
      metadata: undefined,
      nonRefProps: wanted && toProperties(object.properties, wanted),
      refPropsRequested: references.length > 0,
    },
    metadata: metadata(object, request.metadata),
  }
}

function resolved(
  object: Stored,
  wanted: RefPropertiesRequest,
  tenant: string,
  { collections }: Around,
): RefPropertiesResult[] {
  const found = referred(collections, object, wanted, tenant)
  if (found === undefined) return []
  const properties = found.map(({ class: name, stored }) => {
    const parts = selected(wanted.properties, collections.schema(name)!.properties)
    return {
      refProps: [],
      targetCollection: name,
      metadata: metadata(stored, wanted.metadata),
      nonRefProps: parts && toProperties(stored.properties, parts),
      refPropsRequested: false,
    }
  })
  return [{ properties, propName: wanted.referenceProperty }]
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
