import type { Json, JsonObject } from '../../../lib/core/object.ts'
import type { Incoming } from '../class/collections.ts'
import { type ClassSchema, className } from '../class/schema.ts'
import type { Stored } from '../class/shard.ts'
import { fromJson, toJson } from '../class/vectors.ts'
import { isObject, list, object } from '../value/json.ts'
import { errorBody } from './rest.ts'

/** An object of a REST body as the model takes it. */
export function incoming(body: JsonObject): Incoming {
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

/** An object as a read shows it. */
export function shown(stored: Stored, schema: ClassSchema, query: URLSearchParams): object {
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
export function echo(body: JsonObject, stored: Stored): object {
  return {
    ...body,
    properties: stored.properties,
    creationTimeUnix: stored.created,
    lastUpdateTimeUnix: stored.updated,
  }
}

/** An object of a batch as the reply shows it, with what became of it. */
export function batchAnswer(body: JsonObject, outcome: Stored | string): object {
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
export function merged(stored: Stored, body: JsonObject): Incoming {
  const properties = { ...stored.properties }
  for (const [name, value] of Object.entries(object(body.properties))) {
    if (value === null) delete properties[name]
    else properties[name] = isReferenceList(value) ? [...list(properties[name]), ...list(value)] : value
  }
  const input = incoming({ ...body, id: stored.id })
  return {
    ...input,
    properties,
    vector: input.vector ?? stored.vector,
    vectors: { ...stored.vectors, ...input.vectors },
  }
}

function isReferenceList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isObject(one) && 'beacon' in one)
}
