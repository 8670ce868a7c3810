import type { JsonObject } from '../../../lib/core/object.ts'
import { Refusal } from '../fault/refusal.ts'
import { addProperties, type ClassSchema, className, newClass, withVectors } from './schema.ts'
import { type Activity, Shard, type Stored } from './shard.ts'
import type { GivenVectors } from './vectors.ts'

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
  | { readonly do: 'alias'; readonly alias: string; readonly target?: string }
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

/** Classes, tenants and objects: what a Weaviate server keeps. */
export class Collections {
  /** The vectorizers there are. */
  readonly modules: readonly string[]
  readonly work: Work = { objectsWritten: 0, objectsDeleted: 0, embeddings: 0 }
  readonly #collections = new Map<string, Collection>()
  readonly #aliases = new Map<string, string>()
  readonly #keep: (change: Change) => void

  /** `keep` is told of each change before the call that made it is answered. */
  constructor(modules: readonly string[] = [], keep: (change: Change) => void = () => {}) {
    this.modules = modules
    this.#keep = keep
  }

  names(): string[] {
    return [...this.#collections.keys()]
  }

  schemas(): ClassSchema[] {
    return [...this.#collections.values()].map((collection) => collection.schema)
  }

  /** Classes by alias. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#aliases
  }

  /** Makes an alias, or removes it where no class is given. */
  setAlias(alias: string, target: string | undefined): void {
    this.#change({ do: 'alias', alias, ...(target !== undefined && { target }) })
  }

  /** The exact name of a class, its first letter aside; that of its class for an alias. */
  resolve(name: string): string {
    const exact = className(name)
    return this.#collections.has(exact) ? exact : (this.#aliases.get(exact) ?? exact)
  }

  /** The class under its exact name, its first letter aside, or under an alias. */
  schema(name: string): ClassSchema | undefined {
    return this.#collections.get(this.resolve(name))?.schema
  }

  createClass(body: JsonObject): ClassSchema {
    const schema = newClass(body, this.names(), this.modules)
    checkAliases(schema.class, [...this.#aliases.keys()])
    this.setClass(schema)
    return schema
  }

  /** Puts a class in place of the one of that name, its objects untouched. */
  setClass(schema: ClassSchema): void {
    this.#change({ do: 'class', schema })
  }

  dropClass(name: string): void {
    this.#change({ do: 'drop', class: className(name) })
  }

  /** The property with its defaults. */
  addProperty(name: string, body: JsonObject): JsonObject {
    const schema = this.schema(name)
    if (schema === undefined) throw new Refusal(`class "${className(name)}": not found`)
    const properties = addProperties(schema.class, schema.properties, [body], this.names())
    this.setClass({ ...schema, properties })
    return properties.at(-1) as JsonObject
  }

  /** The class with these named vectors as well. */
  addVectors(name: string, added: JsonObject): ClassSchema {
    const schema = this.schema(name)
    if (schema === undefined) throw new Refusal(`class "${className(name)}": not found`)
    const changed = withVectors(schema, added, this.modules)
    this.setClass(changed)
    return changed
  }

  shards(name: string): ReadonlyMap<string, Shard> {
    return this.#collections.get(this.resolve(name))?.shards ?? new Map()
  }

  /** Makes a tenant, changes it, or removes it where no activity is given. */
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

  /** Keeps an object that was checked. */
  store(name: string, tenant: string, object: Stored): void {
    this.#change({ do: 'put', class: name, tenant, object })
    this.work.objectsWritten += 1
  }

  /** Puts an object in place of itself with other references. */
  amend(name: string, tenant: string, object: Stored): void {
    this.#change({ do: 'put', class: name, tenant, object })
  }

  delete(name: string, tenant: string, id: string): void {
    if (this.shards(name).get(tenant)?.find(id) === undefined) return
    this.#change({ do: 'delete', class: className(name), tenant, id })
    this.work.objectsDeleted += 1
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
        this.#place(change.schema)
        break
      case 'drop':
        this.#collections.delete(change.class)
        break
      case 'alias':
        if (change.target === undefined) this.#aliases.delete(change.alias)
        else this.#aliases.set(change.alias, change.target)
        break
      case 'tenant':
        if (shards !== undefined) placeTenant(shards, change.tenant, change.activity)
        break
      case 'put':
        shards?.get(change.tenant)?.put(change.object)
        break
      case 'delete':
        shards?.get(change.tenant)?.delete(change.id)
    }
  }

  #place(schema: ClassSchema): void {
    const known = this.#collections.get(schema.class)
    if (known !== undefined) known.schema = schema
    else {
      const shards = schema.multiTenancyConfig.enabled ? [] : [['', new Shard()] as const]
      this.#collections.set(schema.class, { schema, shards: new Map(shards) })
    }
  }
}

function checkAliases(name: string, aliases: readonly string[]): void {
  if (aliases.includes(name)) throw new Refusal(`alias name ${name} already exists`)
  const similar = aliases.find((alias) => alias.toLowerCase() === name.toLowerCase())
  if (similar !== undefined) throw new Refusal(`class already exists: found similar alias "${similar}"`)
}

function placeTenant(shards: Map<string, Shard>, tenant: string, activity: Activity | undefined): void {
  if (activity === undefined) {
    shards.delete(tenant)
    return
  }
  const shard = shards.get(tenant) ?? new Shard()
  shard.activity = activity
  shards.set(tenant, shard)
}
