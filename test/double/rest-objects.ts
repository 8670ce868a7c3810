import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../lib/object.ts'
import type { Incoming } from './collections.ts'
import type { Inside } from './grpc.ts'
import { Refusal } from './refusal.ts'
import { Answered, type Ask, errorBody, type Routes } from './rest.ts'
import { checkAfter, checkLimit, DEFAULT_LIMIT, indexOf, prefixed } from './rpcs.ts'
import { type ClassSchema, className, isObject, list, object } from './schema.ts'
import type { Shard, Stored } from './shard.ts'
import { maybeUuid } from './uuid.ts'
import { fromJson, toJson } from './vectors.ts'

/** Objects, one by one and in batches. */
export function objectRoutes(inside: Inside): Routes {
  const { collections } = inside
  return {
    'GET /v1/objects': (ask) => ({ status: 200, body: page(inside, ask.query) }),
    'POST /v1/objects': (ask) => {
      const body = checkId(object(ask.body), 'id')
      const given = incoming(body)
      if (exists(inside, given)) throw new Refusal(`id '${given.id}' already exists`)
      const stored = prefixed(wordsOfPost(given.class), () => collections.put(given, 'rest'))
      return { status: 200, body: echo(body, stored) }
    },
    'POST /v1/batch/objects': (ask, portion) => {
      const objects = list(object(ask.body).objects).map(object)
      if (objects.length === 0) {
        throw new Refusal("invalid param 'objects': cannot be empty, need at least one object for batching")
      }
      const checked = objects.map((one, index) => checkId(one, `body.objects.${index}.id`))
      const answers = checked.slice(0, portion.only).map((one) => {
        const given = incoming(one)
        return batchAnswer(one, portion.refuse?.(given) ?? collections.attempt(given, 'rest'))
      })
      return { status: 200, body: answers }
    },
    'GET /v1/objects/{class}/{id}': (ask) => {
      const { stored, schema, tenant } = one(inside, ask, 'repo: object by id: search index')
      if (stored === undefined) throw new Answered({ status: 404 })
      return {
        status: 200,
        body: { ...shown(stored, schema, ask.query), ...(tenant === '' ? {} : { tenant }) },
      }
    },
    'HEAD /v1/objects/{class}/{id}': (ask) => {
      const { stored } = one(inside, ask, 'repo: object by id: search index')
      return { status: stored === undefined ? 404 : 204 }
    },
    'DELETE /v1/objects/{class}/{id}': (ask) => {
      const [name = ''] = ask.parts
      const id = pathId(ask)
      const schema = collections.schema(name)
      const words = 'delete object from vector repo: delete from'
      if (schema === undefined) {
        throw new Refusal(`could not ${words} non-existing index for ${name}`, 500)
      }
      const tenant = ask.query.get('tenant') ?? ''
      prefixed(`${words} index "${indexOf(schema)}": determine shard: `, () =>
        collections.shard(schema, tenant),
      )
      collections.delete(schema.class, tenant, id)
      return { status: 204 }
    },
    'PUT /v1/objects/{class}/{id}': (ask) => {
      const { stored } = one(inside, ask, 'repo: object by id: search index')
      if (stored === undefined) throw new Answered({ status: 404 })
      const body = object(ask.body)
      if (maybeUuid(body.id) !== stored.id) throw new Refusal("invalid update: field 'id' is immutable")
      const put = prefixed('invalid object: ', () => collections.put(incoming(body), 'rest', stored.created))
      return { status: 200, body: echo(body, put) }
    },
    'PATCH /v1/objects/{class}/{id}': (ask) => {
      const { stored, schema } = one(inside, ask, 'repo: object by id: search index')
      if (stored === undefined) throw new Answered({ status: 404 })
      const merged = { ...merge(stored, object(ask.body)), class: schema.class }
      prefixed('msg:bad request code:400 err:', () => collections.put(merged, 'rest', stored.created))
      return { status: 204 }
    },
  }
}

function wordsOfPost(name: string): (text: string) => string {
  return (text) => {
    if (text.startsWith('tenant not found')) {
      return `put object: import into index ${name.toLowerCase()}: determine shard: `
    }
    return / multi-tenancy |^tenant /.test(text) ? 'determine shard: ' : 'invalid object: '
  }
}

function checkId(body: JsonObject, where: string): JsonObject {
  const { id } = body
  if (id === undefined) return { ...body, id: randomUUID() }
  if (maybeUuid(id) !== undefined) return body
  throw new Answered({
    status: 422,
    body: { code: 601, message: `${where} in body must be of type uuid: ${JSON.stringify(id)}` },
  })
}

function pathId(ask: Ask): string {
  const [, text = ''] = ask.parts
  const id = maybeUuid(text)
  if (id !== undefined) return id
  throw new Answered({
    status: 422,
    body: { code: 601, message: `id in path must be of type uuid: ${JSON.stringify(text)}` },
  })
}

/** An object of a REST body as the model takes it. */
function incoming(body: JsonObject): Incoming {
  const vectors = Object.entries(object(body.vectors)).map(([name, json]) => [name, fromJson(json)])
  return {
    id: String(body.id),
    class: String(body.class ?? ''),
    tenant: String(body.tenant ?? ''),
    properties: object(body.properties),
    vector: Array.isArray(body.vector) ? (fromJson(body.vector) as Float32Array) : undefined,
    vectors: Object.fromEntries(vectors),
  }
}

function exists(inside: Inside, given: Incoming): boolean {
  const schema = inside.collections.schema(given.class)
  const id = maybeUuid(given.id)
  if (schema === undefined || id === undefined) return false
  const shard = inside.collections.shards(given.class).get(given.tenant)
  return shard?.activity === 'HOT' && shard.find(id) !== undefined
}

interface One {
  readonly schema: ClassSchema
  readonly stored: Stored | undefined
  readonly tenant: string
}

/** The object that a path names. No such class: 404. */
function one(inside: Inside, ask: Ask, words: string): One {
  const id = pathId(ask)
  const schema = inside.collections.schema(ask.parts[0] ?? '')
  if (schema === undefined) throw new Answered({ status: 404 })
  const tenant = ask.query.get('tenant') ?? String(object(ask.body).tenant ?? '')
  const shard = prefixed(`${words} ${indexOf(schema)}: determine shard: `, () =>
    inside.collections.shard(schema, tenant),
  )
  return { schema, stored: shard.find(id), tenant }
}

/** An object as a read shows it. */
function shown(stored: Stored, schema: ClassSchema, query: URLSearchParams): object {
  const vectors = (query.get('include') ?? '').split(',').includes('vector')
  return {
    class: schema.class,
    creationTimeUnix: stored.created,
    id: stored.id,
    lastUpdateTimeUnix: stored.updated,
    properties: withHrefs(stored.properties),
    vectorWeights: null,
    ...(vectors ? jsonVectors(stored) : {}),
  }
}

function jsonVectors(stored: Stored): object {
  const named = Object.entries(stored.vectors ?? {}).map(([name, vector]) => [name, toJson(vector)])
  return {
    ...(stored.vector === undefined ? {} : { vector: toJson(stored.vector) }),
    ...(named.length === 0 ? {} : { vectors: Object.fromEntries(named) }),
  }
}

/** References are shown with the path of their target beside the beacon that is stored. */
function withHrefs(properties: JsonObject): JsonObject {
  const shown = Object.entries(properties).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value]
    return [name, value.map((one) => (isObject(one) && 'beacon' in one ? withHref(one) : one))]
  })
  return Object.fromEntries(shown)
}

function withHref(reference: JsonObject): JsonObject {
  const path = String(reference.beacon).replace('weaviate://localhost/', '/v1/objects/')
  return { beacon: reference.beacon ?? '', href: path }
}

/** A written object as the reply shows it: what came in, and when it was written. */
function echo(body: JsonObject, stored: Stored): object {
  return {
    ...body,
    properties: stored.properties,
    creationTimeUnix: stored.created,
    lastUpdateTimeUnix: stored.updated,
  }
}

function batchAnswer(body: JsonObject, outcome: Stored | string): object {
  const now = Date.now()
  const failed = typeof outcome === 'string'
  const result = failed ? { errors: errorBody(outcome), status: 'FAILED' } : { status: 'SUCCESS' }
  return {
    ...body,
    class: className(String(body.class ?? '')),
    properties: failed ? object(body.properties) : outcome.properties,
    creationTimeUnix: now,
    lastUpdateTimeUnix: now,
    deprecations: null,
    result,
  }
}

/** A PATCH: given properties replace, null removes, references are added to those there. */
function merge(stored: Stored, body: JsonObject): Incoming {
  const properties = { ...stored.properties }
  for (const [name, value] of Object.entries(object(body.properties))) {
    if (value === null) delete properties[name]
    else properties[name] = isReferenceList(value) ? [...list(properties[name]), ...list(value)] : value
  }
  const given = incoming({ ...body, id: stored.id })
  return {
    ...given,
    properties,
    vector: given.vector ?? stored.vector,
    vectors: { ...stored.vectors, ...given.vectors },
  }
}

function isReferenceList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isObject(one) && 'beacon' in one)
}

interface Page {
  readonly deprecations: [] | null
  readonly objects: object[]
  readonly totalResults?: number
}

function page(inside: Inside, query: URLSearchParams): Page {
  const name = query.get('class')
  const objects = name === null ? everything(inside, query) : ofClass(inside, name, query)
  return {
    deprecations: name === null ? null : [],
    objects,
    ...(objects.length > 0 ? { totalResults: objects.length } : {}),
  }
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  return Number(query.get(name) ?? otherwise)
}

function ofClass(inside: Inside, name: string, query: URLSearchParams): object[] {
  const schema = inside.collections.schema(name)
  if (schema === undefined) throw new Answered({ status: 404 })
  const after = query.get('after') ?? ''
  const limit = number(query, 'limit', DEFAULT_LIMIT)
  const offset = number(query, 'offset', 0)
  prefixed("msg:cursor api: invalid 'after' parameter code:400 err:", () => {
    if (after === '') return
    checkAfter(after, offset)
    if (!query.has('limit')) throw new Refusal('limit parameter must be set')
  })
  prefixed('msg:offset or limit code:400 err:', () => checkLimit(offset, limit))
  const shard: Shard = prefixed(`msg:search index ${indexOf(schema)} code:422 err:`, () =>
    inside.collections.shard(schema, query.get('tenant') ?? ''),
  )
  const page = shard.page(after === '' ? undefined : (maybeUuid(after) ?? after), offset, limit)
  return page.map((stored) => shown(stored, schema, query))
}

function everything(inside: Inside, query: URLSearchParams): object[] {
  if (query.has('after')) {
    const text = 'list objects: after parameter not allowed, cursor must be specific to one class'
    throw new Refusal(`${text}, set class query param`, 500)
  }
  const all = inside.collections
    .schemas()
    .filter((schema) => !schema.multiTenancyConfig.enabled)
    .flatMap((schema) => ofClass(inside, schema.class, query))
  return all.slice(0, number(query, 'limit', DEFAULT_LIMIT))
}
