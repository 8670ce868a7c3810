import type { StoredObject } from '../object.ts'
import {
  closed,
  noCollection,
  noTenant,
  objectFault,
  type Rules,
  requireIds,
  requireLegal,
  requireLegalTenants,
  requireTenanted,
  rulesOf,
  takenName,
  tenantOf,
  widened,
} from './classRules.ts'
import type {
  Call,
  Collection,
  CollectionSchema,
  CollectionSummary,
  Health,
  PropertySchema,
  Range,
  RemoveOutcome,
  Store,
  Supports,
  What,
  WriteOutcome,
} from './store.ts'
import type { Widths } from './vectorCheck.ts'

const SUPPORTS: Supports = {
  vectors: true,
  namedVectors: true,
  multiVectors: true,
  tenants: true,
  transactions: false,
}
const PAGE_OBJECTS = 500

/** The objects of one tenant; the one of a collection without tenants is called `''`. */
interface Shard {
  readonly objects: Map<string, StoredObject>
  readonly widths: Widths
}

interface Kept {
  rules: Rules
  readonly shards: Map<string, Shard>
}

/** A store that lives as long as the process. Everything is held in memory; objects are copied in and out. */
export function openMemory(): Store {
  return new MemoryStore()
}

class MemoryStore implements Store {
  readonly kind = 'memory'
  readonly target = 'memory:'
  readonly supports = SUPPORTS
  readonly maxInFlight = 8
  readonly #kept = new Map<string, Kept>()
  #isClosed = false

  async list(): Promise<CollectionSummary[]> {
    this.#requireOpen()
    return [...this.#kept]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { rules, shards }]) => {
        const objects = [...shards.values()].reduce((total, shard) => total + shard.objects.size, 0)
        return { name, objects, ...(rules.tenanted && { tenants: shards.size }) }
      })
  }

  async schema(name: string): Promise<CollectionSchema | undefined> {
    this.#requireOpen()
    return structuredClone(this.#kept.get(name)?.rules.schema)
  }

  async create(schema: CollectionSchema): Promise<void> {
    this.#requireOpen()
    requireLegal(schema)
    const there = [...this.#kept.keys()].find((name) => name.toLowerCase() === schema.class.toLowerCase())
    if (there !== undefined) throw takenName(schema.class, there)
    const rules = rulesOf(structuredClone(schema))
    this.#kept.set(schema.class, { rules, shards: new Map(rules.tenanted ? [] : [['', emptyShard()]]) })
  }

  async addProperty(name: string, property: PropertySchema): Promise<void> {
    const kept = this.#find(name)
    kept.rules = rulesOf(widened(kept.rules.schema, structuredClone(property)))
  }

  async drop(name: string): Promise<boolean> {
    this.#requireOpen()
    return this.#kept.delete(name)
  }

  async tenants(name: string): Promise<string[]> {
    const { rules, shards } = this.#find(name)
    requireTenanted(rules)
    return [...shards.keys()].sort()
  }

  async createTenants(name: string, tenants: readonly string[]): Promise<void> {
    const { rules, shards } = this.#find(name)
    requireTenanted(rules)
    requireLegalTenants(tenants)
    for (const tenant of tenants) if (!shards.has(tenant)) shards.set(tenant, emptyShard())
  }

  collection(name: string): Collection {
    return {
      name,
      read: (what, range, call) => this.#pages(name, what, range, call),
      readMany: async (ids, what, call) => {
        const { objects } = this.#shard(name, call)
        return ids.flatMap((id) => objects.get(id) ?? []).map((object) => copy(object, what, call))
      },
      write: async (objects, call) => this.#write(name, objects, call),
      remove: async (ids, call): Promise<RemoveOutcome[]> => {
        const { objects } = this.#shard(name, call)
        return ids.map((id) => ({ ok: true, existed: objects.delete(id) }))
      },
      count: async (call) => this.#shard(name, call).objects.size,
    }
  }

  async health(): Promise<Health> {
    this.#requireOpen()
    return { version: 'memory', nodes: [{ name: 'memory', status: 'HEALTHY' }] }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#kept.clear()
  }

  async *#pages(name: string, what: What, range: Range = {}, call?: Call): AsyncGenerator<StoredObject[]> {
    requireIds(range.after, range.upTo)
    const { objects } = this.#shard(name, call)
    const ids = [...objects.keys()].filter((id) => within(id, range)).sort()
    for (let at = 0; at < ids.length; at += PAGE_OBJECTS) {
      call?.signal?.throwIfAborted()
      const page = ids.slice(at, at + PAGE_OBJECTS).flatMap((id) => objects.get(id) ?? [])
      yield page.map((object) => copy(object, what, call))
    }
  }

  #write(name: string, objects: readonly StoredObject[], call: Call | undefined): WriteOutcome[] {
    const shard = this.#shard(name, call)
    const { rules } = this.#find(name)
    return objects.map((object) => {
      const fixed: Widths = new Map()
      const reason = objectFault(rules, object, shard.widths, fixed)
      if (reason !== undefined) return { ok: false, reason }
      for (const [vector, width] of fixed) shard.widths.set(vector, width)
      shard.objects.set(object.id, structuredClone(object))
      return { ok: true }
    })
  }

  #shard(name: string, call: Call | undefined): Shard {
    call?.signal?.throwIfAborted()
    const { rules, shards } = this.#find(name)
    const tenant = tenantOf(rules, call)
    const shard = shards.get(tenant)
    if (shard === undefined) throw noTenant(tenant, name)
    return shard
  }

  #find(name: string): Kept {
    this.#requireOpen()
    const kept = this.#kept.get(name)
    if (kept === undefined) throw noCollection(name, this.target)
    return kept
  }

  #requireOpen(): void {
    if (this.#isClosed) throw closed(this.target)
  }
}

function emptyShard(): Shard {
  return { objects: new Map(), widths: new Map() }
}

function within(id: string, { after, upTo }: Range): boolean {
  return (after === undefined || id > after) && (upTo === undefined || id <= upTo)
}

function copy(object: StoredObject, { properties, vectors }: What, call: Call | undefined): StoredObject {
  const { id, properties: all, vector, vectors: named } = structuredClone(object)
  const wanted = properties === 'all' ? Object.keys(all) : properties
  return {
    id,
    properties: Object.fromEntries(
      wanted.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]!]),
    ),
    ...(vectors && vector !== undefined && { vector }),
    ...(vectors && named !== undefined && { vectors: named }),
    ...(call?.tenant !== undefined && { tenant: call.tenant }),
  }
}
