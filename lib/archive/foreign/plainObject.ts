import { messageOf } from '../../core/errors.ts'
import type { Json, JsonObject, StoredObject } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'
import { isFiniteVector } from '../../core/value/vector.ts'
import { objectOf } from '../object/parse.ts'
import { PlainFault } from './plainFault.ts'

/** An object, and the class that it names. */
export interface PlainObject {
  readonly object: StoredObject
  readonly class?: string
}

/**
 * An object in the form of an archive's line, as `col cat` prints it, or as Weaviate's REST interface returns it:
 * `{id, class?, properties, vector?, vectors?, tenant?}`, times as `created_ms` and `updated_ms` or as
 * `creationTimeUnix` and `lastUpdateTimeUnix`, vectors as numbers or base64. A null or empty vector or tenant counts
 * as absent, an id may be in upper case, and references keep only their beacon.
 * @throws PlainFault
 */
export function plainObjectOf(value: JsonObject): PlainObject {
  const { id, properties, class: className } = value
  if (id === undefined) throw new PlainFault('missing_field', 'id is missing')
  if (properties === undefined) throw new PlainFault('missing_field', 'properties is missing')
  if (typeof id !== 'string') throw new PlainFault('wrong_type', 'id must be a text')
  if (!isUuid(id.toLowerCase())) throw new PlainFault('invalid_value', 'id must be a UUID')
  if (!isRecord(properties)) throw new PlainFault('wrong_type', 'properties must be an object')
  const object = parsed({ id: id.toLowerCase(), properties: withBeacons(properties), ...extras(value) })
  requireFinite(object)
  return typeof className === 'string' ? { object, class: className } : { object }
}

function parsed(value: JsonObject): StoredObject {
  try {
    return objectOf(value)
  } catch (thrown) {
    throw new PlainFault('wrong_type', messageOf(thrown))
  }
}

/** The optional fields of an object, under the names that archives use. */
function extras(value: JsonObject): JsonObject {
  const { vector, vectors, tenant } = value
  const created = value.created_ms ?? value.creationTimeUnix
  const updated = value.updated_ms ?? value.lastUpdateTimeUnix
  return {
    ...(isThere(vector) && { vector }),
    ...(isThere(vectors) && { vectors: isRecord(vectors) ? filledOf(vectors) : vectors }),
    ...(isThere(tenant) && { tenant }),
    ...(isThere(created) && { created_ms: msOf(created) }),
    ...(isThere(updated) && { updated_ms: msOf(updated) }),
  }
}

function filledOf(vectors: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(vectors).filter(([, vector]) => isThere(vector)))
}

/** False for null, and for an empty text, list or object. */
function isThere(value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}

/** Older servers returned times as texts. */
function msOf(time: Json): Json {
  return typeof time === 'string' && /^\d{1,15}$/.test(time) ? Number(time) : time
}

/** The server adds `href` to a reference, the target's address at that server. */
function withBeacons(properties: JsonObject): JsonObject {
  const names = Object.keys(properties).filter((name) => isLinked(properties[name]))
  if (names.length === 0) return properties
  const links = names.map((name) => [name, (properties[name] as JsonObject[]).map(beaconOf)])
  return { ...properties, ...Object.fromEntries(links) }
}

function isLinked(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => isRecord(one) && isLink(one))
}

function isLink({ beacon, href }: JsonObject): boolean {
  return typeof beacon === 'string' && beacon.startsWith('weaviate://') && typeof href === 'string'
}

function beaconOf({ beacon }: JsonObject): JsonObject {
  return { beacon: beacon as Json }
}

/** A number too large for a float32 becomes infinite. */
function requireFinite({ vector, vectors }: StoredObject): void {
  for (const one of [...(vector ? [vector] : []), ...Object.values(vectors ?? {})]) {
    if (!isFiniteVector(one)) throw new PlainFault('invalid_value', 'a vector holds a number beyond float32')
  }
}
