import type { JsonObject } from '../../lib/object.ts'
import { CLASS_DESCRIPTION, guessProperties, widened } from './autoschema.ts'
import { checkProperties, type Wire } from './check.ts'
import { Refusal, refusalOf } from './refusal.ts'
import { addProperties, type ClassSchema, className, newClass, propertyName } from './schema.ts'
import { type Activity, Shard, type Stored } from './shard.ts'
import { parseUuid } from './uuid.ts'
import { dimensions, embed, type GivenVectors, placeVectors } from './vectors.ts'

/** An object of a request, before anything of it was looked at. */
export interface Incoming extends GivenVectors {
  readonly id: string
  readonly class: string
  readonly tenant: string
  readonly properties: JsonObject
}

/** A change of the data, in the form in which it can be kept and done again. */
export type Change =
  | { readonly do: 'class'; readonly schema: ClassSchema }
  | { readonly do: 'drop'; readonly class: string }
  | { readonly do: 'tenant'; readonly class: string; readonly tenant: string; readonly activity?: Activity }
  | { readonly do: 'put'; readonly class: string; readonly tenant: string; readonly object: Stored }
  | { readonly do: 'delete'; readonly class: string; readonly tenant: string; readonly id: string }

/** What the double counts of its work. */
export interface Work {
  objectsWritten: number
  objectsDeleted: number
  embeddings: number
}

interface Collection {
  schema: ClassSchema
  /** By tenant; the only one of a class without tenants is ''. */
  readonly shards: Map<string, Shard>
}

/** The vectorizer that a double with `vectorizer: 'fake'` has. */
export const FAKE_VECTORIZER = 'text2vec-fake'

/** What a class has that nobody asked for. */
const UNASKED = { description: CLASS_DESCRIPTION, vectorConfig: { default: { vectorizer: { none: {} } } } }

/** Classes and their objects: what a Weaviate server keeps, with its rules and its words. */
export class Collections {
  readonly modules: readonly string[]
  readonly work: Work = { objectsWritten: 0, objectsDeleted: 0, embeddings: 0 }
  readonly #collections = new Map<string, Collection>()
  readonly #keep: (change: Change) => void

  /** `keep` is told of each change before the call that made it is answered. */
  constructor(modules: readonly string[] = [], keep: (change: Change) => void = () => {}) {
    this.modules = modules
    this.#keep = keep
  }

  schemas(): ClassSchema[] {
    return [...this.#collections.values()].map((collection) => collection.schema)
  }

  /** The class under its exact name, its first letter aside. */
  schema(name: string): ClassSchema | undefined {
    return this.#collections.get(className(name))?.schema
  }

  createClass(body: JsonObject): ClassSchema {
    const schema = newClass(body, this.#names(), this.modules)
    this.#change({ do: 'class', schema })
    return schema
  }

  dropClass(name: string): void {
    this.#change({ do: 'drop', class: className(name) })
  }

  addProperty(name: string, body: JsonObject): JsonObject {
    const schema = this.schema(name)
    if (schema === undefined) throw new Refusal(`class "${className(name)}": not found`)
    const properties = addProperties(schema.class, schema.properties, [body], this.#names())
    this.#change({ do: 'class', schema: { ...schema, properties } })
    return properties.at(-1) as JsonObject
  }

  #names(): string[] {
    return [...this.#collections.keys()]
  }

  shards(name: string): ReadonlyMap<string, Shard> {
    return this.#collections.get(className(name))?.shards ?? new Map()
  }

  setTenant(name: string, tenant: string, activity: Activity | undefined): void {
    this.#change({ do: 'tenant', class: className(name), tenant, ...(activity && { activity }) })
  }

  /** The shard that a request speaks of, or a Refusal in the server's words. */
  shard(schema: ClassSchema, tenant: string): Shard {
    const enabled = schema.multiTenancyConfig.enabled
    if (enabled && tenant === '') {
      throw new Refusal(`class ${schema.class} has multi-tenancy enabled, but request was without tenant`)
    }
    if (!enabled && tenant !== '') {
      throw new Refusal(`class ${schema.class} has multi-tenancy disabled, but request was with tenant`)
    }
    const shard = this.shards(schema.class).get(tenant)
    if (shard === undefined) throw new Refusal(`tenant not found: "${tenant}"`)
    if (shard.activity !== 'HOT') throw new Refusal(`tenant not active: '${tenant}'`)
    return shard
  }

  /** Upserts one object whole; what is stored, or the words of refusal. */
  attempt(object: Incoming, wire: Wire): Stored | string {
    try {
      return this.put(object, wire)
    } catch (error) {
      if (error instanceof Refusal) return error.message
      throw error
    }
  }

  /** Upserts one object. `created` is kept from before only by those REST calls that say so. */
  put(incoming: Incoming, wire: Wire, created?: number): Stored {
    const id = parseUuid(incoming.id)
    const schema = this.#schemaFor(incoming)
    const placed = placeVectors(incoming, schema)
    const properties = checkProperties(lowered(incoming.properties), schema.properties, {
      className: schema.class,
      wire,
      references: (target) => this.#exists(target.class, target.id, incoming.tenant),
    })
    if (schema.multiTenancyConfig.autoTenantCreation && incoming.tenant !== '') {
      if (!this.shards(schema.class).has(incoming.tenant))
        this.setTenant(schema.class, incoming.tenant, 'HOT')
    }
    const shard = this.shard(schema, incoming.tenant)
    const given = this.#vectorized(placed, schema, properties, shard.find(id))
    shard.checkDimensions(id, given)
    const now = Date.now()
    const object: Stored = {
      id,
      written: incoming.id,
      properties,
      created: created ?? now,
      updated: now,
      ...present(given),
    }
    this.#change({ do: 'put', class: schema.class, tenant: incoming.tenant, object })
    this.work.objectsWritten += 1
    return object
  }

  delete(name: string, tenant: string, id: string): boolean {
    const was = this.shards(name).get(tenant)?.find(id) !== undefined
    if (was) {
      this.#change({ do: 'delete', class: className(name), tenant, id })
      this.work.objectsDeleted += 1
    }
    return was
  }

  #exists(name: string, id: string, tenant: string): boolean {
    const shards = this.shards(name)
    return (shards.get(tenant) ?? shards.get(''))?.find(id) !== undefined
  }

  /** The class of an object, made or widened to fit by auto-schema as a server does unless told otherwise. */
  #schemaFor(incoming: Incoming): ClassSchema {
    const auto = (what: string, work: () => void): void => {
      const text = refusalOf(work)
      if (text !== undefined) throw new Refusal(`auto-schema: ${what} collection: ${text}`)
    }
    const schema = this.schema(incoming.class)
    const guessed = guessProperties(incoming.properties, className(incoming.class))
    if (schema === undefined) {
      auto('create', () => void this.createClass({ ...UNASKED, class: incoming.class, properties: guessed }))
    } else {
      auto('update', () => this.#widen(schema, guessed))
    }
    return this.schema(incoming.class)!
  }

  #widen(schema: ClassSchema, guessed: readonly JsonObject[]): void {
    const properties = widened(schema.class, schema.properties, guessed, this.#names())
    if (properties !== schema.properties) this.#change({ do: 'class', schema: { ...schema, properties } })
  }

  #vectorized(
    given: GivenVectors,
    schema: ClassSchema,
    properties: JsonObject,
    before: Stored | undefined,
  ): GivenVectors {
    if (!this.modules.includes(FAKE_VECTORIZER)) return given
    const names = missingVectors(given, schema)
    if (names.length === 0) return given
    const text = textOf(properties)
    const unchanged = before !== undefined && textOf(before.properties) === text
    const vectors = { ...given.vectors }
    let vector = given.vector
    for (const name of names) {
      const kept = unchanged ? (name === '' ? before.vector : before.vectors?.[name]) : undefined
      if (kept === undefined) this.work.embeddings += 1
      if (name === '') vector = (kept as Float32Array | undefined) ?? embed(text)
      else vectors[name] = kept ?? embed(`${name}\n${text}`)
    }
    return { vector, vectors }
  }

  #change(change: Change): void {
    this.#keep(change)
    this.replay(change)
  }

  /** Does a change again that `keep` was told of. */
  replay(change: Change): void {
    const shards = 'class' in change ? this.#collections.get(change.class)?.shards : undefined
    switch (change.do) {
      case 'class':
        this.#setClass(change.schema)
        break
      case 'drop':
        this.#collections.delete(change.class)
        break
      case 'tenant':
        if (shards !== undefined) setTenant(shards, change.tenant, change.activity)
        break
      case 'put':
        shards?.get(change.tenant)?.put(change.object)
        break
      case 'delete':
        shards?.get(change.tenant)?.delete(change.id)
    }
  }

  #setClass(schema: ClassSchema): void {
    const known = this.#collections.get(schema.class)
    if (known !== undefined) known.schema = schema
    else {
      const shards = schema.multiTenancyConfig.enabled ? [] : [['', new Shard()] as const]
      this.#collections.set(schema.class, { schema, shards: new Map(shards) })
    }
  }
}

function setTenant(shards: Map<string, Shard>, tenant: string, activity: Activity | undefined): void {
  if (activity === undefined) {
    shards.delete(tenant)
    return
  }
  const shard = shards.get(tenant) ?? new Shard()
  shard.activity = activity
  shards.set(tenant, shard)
}

function lowered(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [propertyName(name), value]))
}

/** The vectors without those that hold nothing. */
function present(given: GivenVectors): GivenVectors {
  const sizes = dimensions(given)
  const vectors = Object.entries(given.vectors ?? {}).filter(([name]) => (sizes.get(name) ?? 0) > 0)
  return {
    ...(sizes.get('') ? { vector: given.vector } : {}),
    ...(vectors.length > 0 ? { vectors: Object.fromEntries(vectors) } : {}),
  }
}

function missingVectors(given: GivenVectors, schema: ClassSchema): string[] {
  if (schema.vectorConfig === undefined) {
    return schema.vectorizer === FAKE_VECTORIZER && given.vector === undefined ? [''] : []
  }
  return Object.entries(schema.vectorConfig)
    .filter(([name, config]) => FAKE_VECTORIZER in config.vectorizer && given.vectors?.[name] === undefined)
    .map(([name]) => name)
}

function textOf(properties: JsonObject): string {
  return Object.keys(properties)
    .sort()
    .map((name) => properties[name])
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .join('\n')
}
