import type { Json, JsonObject } from '../../../lib/core/object.ts'
import type { Collections } from '../class/collections.ts'
import { type ClassSchema, isReference } from '../class/schema.ts'
import type { Stored } from '../class/shard.ts'
import { type Beacon, parseBeacon } from '../dialogue/check.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { list, object } from '../value/json.ts'
import { maybeUuid } from '../value/uuid.ts'
import { prefixed } from '../value/words.ts'
import { Answered, errorBody, type Routes } from './rest.ts'

/** References added in batches. */
export function referenceRoutes({ collections }: Inside): Routes {
  return {
    'POST /v1/batch/references': ({ body }, portion) => {
      const input = list(body).map(object)
      for (const { to } of input) checkUri(to)
      if (input.length === 0) {
        throw new Refusal('invalid params: length cannot be 0, need at least one reference for batching')
      }
      return { status: 200, body: input.slice(0, portion.only).map((one) => added(collections, one)) }
    },
  }
}

function checkUri(to: Json | undefined): void {
  if (/^[a-z][\w+.-]*:/i.test(String(to))) return
  throw new Answered({ status: 422, body: { code: 601, message: `to in body must be of type uri: "${to}"` } })
}

const SOURCE = /^weaviate:\/\/[^/]+\/([^/]+)\/([^/]+)\/(.+)$/

interface Source extends Beacon {
  readonly property: string
}

/** Adds one reference, and says what became of it; ends that could not be read are not shown. */
function added(collections: Collections, input: JsonObject): object {
  const shown: { from?: string; to?: string } = {}
  try {
    const source = partsOf(String(input.from))
    const schema = collections.schema(source.class)
    if (/^[A-Z]/.test(source.class)) shown.from = String(input.from)
    const target = readTarget(String(input.to), schema, source, shown)
    checkSource(source)
    if (schema === undefined) throw new Refusal(`source class "${source.class}" not found in schema`)
    // The server names the wrong class.
    if (collections.schema(target.class)?.class !== target.class) {
      throw new Refusal(`target class "${source.class}" not found in schema`)
    }
    append(collections, schema, { source, target, tenant: String(input.tenant ?? '') })
    return { ...shown, result: { status: 'SUCCESS' } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ...shown, result: { errors: errorBody(error.message), status: 'FAILED' } }
  }
}

function partsOf(from: string): Source {
  const [, name = '', id = '', property = ''] = SOURCE.exec(from) ?? []
  return { class: name, id: maybeUuid(id) ?? id, property }
}

function checkSource({ class: name }: Source): void {
  if (/^[A-Z]/.test(name)) return
  throw new Refusal(`className must start with an uppercase letter, but got ${name}`)
}

/** A beacon without a class means the only one that the property may point to. */
function readTarget(
  to: string,
  schema: ClassSchema | undefined,
  source: Source,
  shown: { to?: string },
): Beacon {
  const property = schema?.properties.find(({ name }) => name === source.property)
  const whole = to.replace(/^(weaviate:\/\/[^/]+\/)([^/]+)$/, `$1${property?.dataType[0]}/$2`)
  const target = parseBeacon(whole)
  if (target === undefined) {
    const wrong = whole.split('/').at(-1)
    throw new Refusal(`invalid cref URI: 2nd path segment must be uuid, but got '${wrong}'`)
  }
  shown.to = beaconOf(target)
  return target
}

const beaconOf = (target: Beacon): string => `weaviate://localhost/${target.class}/${target.id}`

interface Reference {
  readonly source: Source
  readonly target: Beacon
  readonly tenant: string
}

function append(collections: Collections, schema: ClassSchema, { source, target, tenant }: Reference): void {
  const stored = sourceOf(collections, schema, source, tenant)
  if (schema.multiTenancyConfig.enabled) checkTarget(collections, target, tenant)
  if (stored === undefined) throw new Refusal(`ref batch: object with id ${source.id} not found`)
  const property = schema.properties.find(({ name }) => name === source.property)
  const before = stored.properties[source.property]
  const there = Array.isArray(before) ? before : []
  const beacon = { beacon: beaconOf(target) }
  const twice = there.some((one) => object(one).beacon === beacon.beacon)
  const all = twice && property?.disableDuplicatedReferences === true ? there : [...there, beacon]
  const properties = { ...stored.properties, [source.property]: all }
  collections.amend(schema.class, tenant, { ...stored, properties, updated: Date.now() })
  // What follows is said of a reference that was stored all the same, in place of what was there.
  if (property === undefined) {
    throw new Refusal(`ref batch: property '${source.property}' not found in schema`)
  }
  if (isReference(property)) return
  throw new Refusal(`ref batch: prop ${source.property} is present, but not a ref, got: ${typeof before}`)
}

function sourceOf(
  collections: Collections,
  schema: ClassSchema,
  source: Source,
  tenant: string,
): Stored | undefined {
  const words = schema.multiTenancyConfig.enabled
    ? `source: get object ${source.class}/${source.id}: determine shard: `
    : ''
  return prefixed(words, () => collections.shard(schema, tenant)).find(source.id)
}

/** Only where there are tenants, a target has to be there. */
function checkTarget(collections: Collections, target: Beacon, tenant: string): void {
  const within = collections.schema(target.class)?.multiTenancyConfig.enabled === true ? tenant : ''
  if (collections.shards(target.class).get(within)?.find(target.id) !== undefined) return
  throw new Refusal(`target: object ${target.class}/${target.id} not found for tenant "${within}"`)
}
