import { randomUUID } from 'node:crypto'
import { ElysiaError } from '../../core/errors.ts'
import { EMBEDDED_CAPABILITIES } from '../embeddedCapabilities.ts'
import type { Alias, Capabilities, CollectionSchema, PropertySchema, Store, Tenant } from '../store.ts'
import { requireFreeAlias, requireNoAlias } from '../validation/aliasRules.ts'
import {
  noCollection,
  noTenant,
  requireLegal,
  requireLegalTenants,
  requireTenanted,
  rulesOf,
  takenName,
  withProperty,
} from '../validation/classRules.ts'
import { type CollectionState, MemoryCollection } from './collection.ts'
import { TenantStore } from './tenant.ts'

/**
 * Opens a store that lives as long as the process, for tests and embedding. It holds every object in memory,
 * with the properties as JSON text. Each call makes a new store with a target of its own.
 */
export function openMemory(): Store {
  return new Memory()
}

class Memory implements Store {
  readonly kind = 'memory'
  readonly target = `memory:${randomUUID()}`
  readonly supports: Capabilities = { ...EMBEDDED_CAPABILITIES, transactions: false }
  readonly maxInFlight = 8
  readonly #collections = new Map<string, CollectionState>()
  readonly #aliases = new Map<string, string>()
  #closed = false

  async names() {
    this.#requireOpen()
    return [...this.#collections.keys()]
  }

  async list() {
    this.#requireOpen()
    return [...this.#collections].map(([name, { rules, tenantStores }]) => {
      const objects = [...tenantStores.values()].reduce((sum, tenantStore) => sum + tenantStore.size, 0)
      return { name, objects, ...(rules.tenanted ? { tenants: tenantStores.size } : {}) }
    })
  }

  async schema(name: string) {
    this.#requireOpen()
    return structuredClone(this.#collections.get(name)?.rules.schema)
  }

  async create(schema: CollectionSchema) {
    this.#requireOpen()
    requireLegal(schema)
    const folded = schema.class.toLowerCase()
    const there = [...this.#collections.keys()].find((name) => name.toLowerCase() === folded)
    if (there !== undefined) throw takenName(schema.class, there)
    requireNoAlias(schema.class, this.#aliasList())
    const rules = rulesOf(structuredClone(schema))
    const tenantStores = new Map(rules.tenanted ? [] : [['', new TenantStore()]])
    this.#collections.set(schema.class, { rules, tenantStores })
  }

  async addProperty(name: string, property: PropertySchema) {
    const held = this.#require(name)
    held.rules = rulesOf(withProperty(held.rules.schema, structuredClone(property)))
  }

  async drop(name: string) {
    this.#requireOpen()
    return this.#collections.delete(name)
  }

  async tenants(name: string) {
    const { rules, tenantStores } = this.#require(name)
    requireTenanted(rules)
    return [...tenantStores.keys()]
  }

  async createTenants(name: string, tenants: readonly string[]) {
    const { rules, tenantStores } = this.#require(name)
    requireTenanted(rules)
    requireLegalTenants(tenants)
    for (const tenant of tenants) if (!tenantStores.has(tenant)) tenantStores.set(tenant, new TenantStore())
  }

  async dropTenants(name: string, tenants: readonly string[]) {
    const { rules, tenantStores } = this.#require(name)
    requireTenanted(rules)
    for (const tenant of tenants) tenantStores.delete(tenant)
  }

  async tenantStates(name: string) {
    const { rules, tenantStores } = this.#require(name)
    requireTenanted(rules)
    const tenants = [...tenantStores].map(([tenant, { state }]) => ({ name: tenant, state }))
    return tenants.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async setTenantStates(name: string, tenants: readonly Tenant[]) {
    const { rules, tenantStores } = this.#require(name)
    requireTenanted(rules)
    const missing = tenants.find((tenant) => !tenantStores.has(tenant.name))
    if (missing !== undefined) throw noTenant(missing.name, name)
    for (const tenant of tenants) tenantStores.get(tenant.name)!.state = tenant.state
  }

  async aliases() {
    this.#requireOpen()
    return this.#aliasList()
  }

  async createAlias({ alias, collection }: Alias) {
    this.#requireOpen()
    requireFreeAlias(alias, this.#aliasList(), [...this.#collections.keys()])
    this.#require(collection)
    this.#aliases.set(alias, collection)
  }

  async moveAlias({ alias, collection }: Alias) {
    this.#require(collection)
    if (!this.#aliases.has(alias)) return false
    this.#aliases.set(alias, collection)
    return true
  }

  async dropAlias(alias: string) {
    this.#requireOpen()
    return this.#aliases.delete(alias)
  }

  async unindexed(name: string) {
    this.#require(name)
    return 0
  }

  collection(name: string) {
    return new MemoryCollection(name, () => this.#require(name))
  }

  async health() {
    this.#requireOpen()
    return { version: process.version, nodes: [{ name: 'memory', status: 'HEALTHY' }] }
  }

  async close() {
    this.#closed = true
    this.#collections.clear()
  }

  #aliasList(): Alias[] {
    const aliases = [...this.#aliases].map(([alias, collection]) => ({ alias, collection }))
    return aliases.sort((a, b) => (a.alias < b.alias ? -1 : 1))
  }

  #require(name: string): CollectionState {
    this.#requireOpen()
    const held = this.#collections.get(name)
    if (held === undefined) throw noCollection(name, 'memory')
    return held
  }

  #requireOpen(): void {
    if (this.#closed) throw new ElysiaError('ELYSIA_STORE', 'the store in memory is closed')
  }
}
