import type { JsonObject } from '../../../lib/core/object.ts'
import { checkProperties, type Wire } from '../dialogue/check.ts'
import { Refusal, refusalOf } from '../fault/refusal.ts'
import { parseUuid } from '../value/uuid.ts'
import { CLASS_DESCRIPTION, guessProperties, widened } from './autoschema.ts'
import type { Collections, Incoming } from './collections.ts'
import { type ClassSchema, className, propertyName } from './schema.ts'
import type { Stored } from './shard.ts'
import { vectorized } from './vectorizer.ts'
import { dimensions, type GivenVectors, placeVectors } from './vectors.ts'

/** Upserts one object whole; what is stored, or the words of refusal. */
export function attempt(collections: Collections, object: Incoming, wire: Wire): Stored | string {
  try {
    return put(collections, object, wire)
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

/** Upserts one object. `created` is kept from before only by those REST calls that say so. */
export function put(collections: Collections, incoming: Incoming, wire: Wire, created?: number): Stored {
  const id = parseUuid(incoming.id)
  const { tenant } = incoming
  const schema = schemaFor(collections, incoming)
  const placed = placeVectors(incoming, schema)
  const properties = checkProperties(lowered(incoming.properties), schema.properties, {
    className: schema.class,
    wire,
    references: (target) => exists(collections, target.class, target.id, tenant),
  })
  if (schema.multiTenancyConfig.autoTenantCreation && tenant !== '') ensureTenant(collections, schema, tenant)
  const shard = collections.shard(schema, tenant)
  const { input, embeddings } = vectorized(placed, schema, properties, shard.find(id))
  shard.checkDimensions(id, input)
  const updated = Date.now()
  const times = { created: created ?? updated, updated }
  const object: Stored = { id, written: incoming.id, properties, ...times, ...present(input) }
  collections.store(schema.class, tenant, object)
  collections.work.embeddings += embeddings
  return object
}

function exists(collections: Collections, name: string, id: string, tenant: string): boolean {
  const shards = collections.shards(name)
  return (shards.get(tenant) ?? shards.get(''))?.find(id) !== undefined
}

function ensureTenant(collections: Collections, schema: ClassSchema, tenant: string): void {
  if (!collections.shards(schema.class).has(tenant)) collections.setTenant(schema.class, tenant, 'HOT')
}

/** What a class has that nobody asked for. */
const UNASKED = { description: CLASS_DESCRIPTION, vectorConfig: { default: { vectorizer: { none: {} } } } }

/** The class of an object, made or widened to fit by auto-schema as a server does unless told otherwise. */
function schemaFor(collections: Collections, incoming: Incoming): ClassSchema {
  const auto = (what: string, work: () => void): void => {
    const text = refusalOf(work)
    if (text !== undefined) throw new Refusal(`auto-schema: ${what} collection: ${text}`)
  }
  const schema = collections.schema(incoming.class)
  const properties = guessProperties(incoming.properties, className(incoming.class))
  if (schema === undefined) {
    auto('create', () => void collections.createClass({ ...UNASKED, class: incoming.class, properties }))
  } else {
    auto('update', () => widen(collections, schema, properties))
  }
  return collections.schema(incoming.class)!
}

function widen(collections: Collections, schema: ClassSchema, guessed: readonly JsonObject[]): void {
  const properties = widened(schema.class, schema.properties, guessed, collections.names())
  if (properties !== schema.properties) collections.setClass({ ...schema, properties })
}

function lowered(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [propertyName(name), value]))
}

/** The vectors without those that hold nothing. */
function present(input: GivenVectors): GivenVectors {
  const sizes = dimensions(input)
  const vectors = Object.entries(input.vectors ?? {}).filter(([name]) => (sizes.get(name) ?? 0) > 0)
  return {
    ...(sizes.get('') ? { vector: input.vector } : {}),
    ...(vectors.length > 0 ? { vectors: Object.fromEntries(vectors) } : {}),
  }
}
