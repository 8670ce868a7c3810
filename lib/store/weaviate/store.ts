import { ElysiaError, messageOf } from '../../core/errors.ts'
import type {
  Alias,
  CallOptions,
  Capabilities,
  Collection,
  CollectionSchema,
  CollectionSummary,
  Health,
  PropertySchema,
  Store,
  StoreIdentity,
  StoreUse,
  Tenant,
} from '../store.ts'
import type { StoreSurvey } from '../survey.ts'
import { featuresOf, type ServerFeatures } from './cluster/capabilities.ts'
import { clockDifferenceMs } from './cluster/clock.ts'
import { Cluster } from './cluster/cluster.ts'
import { handshake } from './cluster/handshake.ts'
import { clusterHealth } from './cluster/health.ts'
import { clusterIdentity } from './cluster/identity.ts'
import { NodeConnection } from './cluster/node.ts'
import { obstacles } from './cluster/obstacles.ts'
import { isTenantInactive } from './cluster/serverText.ts'
import { OutOfReach, Shards } from './cluster/shards.ts'
import { survey } from './cluster/survey.ts'
import { NO_TLS, readTls } from './cluster/tls.ts'
import { WeaviateCollection } from './collection.ts'
import type { Context } from './context.ts'
import { LostWrites } from './lostWrites.ts'
import { requireSecure, requireSendable, type WeaviateOptions } from './options.ts'
import { aliases, createAlias, dropAlias, moveAlias } from './schema/aliases.ts'
import { Classes, type ListedClass } from './schema/classes.ts'
import { setTenantStates, tenantOf } from './schema/tenantStates.ts'

/**
 * Opens a Weaviate cluster (1.27 or newer; `supports` says what its version has), once one of its nodes has answered by
 * REST and by gRPC. Repeats nothing itself, except on another node, and a REST read whose connection breaks, once;
 * errors that are worth repeating are `retryable`. Values of object, geo and phone properties, blobs and vectors come
 * back as they were written.
 * @throws ElysiaError ELYSIA_UNREACHABLE, within about `connectTimeoutMs`; ELYSIA_REFUSED; ELYSIA_USAGE
 */
export async function openWeaviate(options: WeaviateOptions): Promise<Store> {
  const { nodes, target, apiKey, caFile, certFile, keyFile, headers = {}, connectTimeoutMs = 5_000 } = options
  const { maxInFlight = 4, timeoutMs = 60_000 } = options
  requireSendable({ ...headers, ...(apiKey === undefined ? {} : { authorization: apiKey }) })
  const secure = nodes.some(({ http, grpcSecure }) => grpcSecure || http.startsWith('https:'))
  if (certFile !== undefined) requireSecure(nodes)
  const named = [caFile, certFile, keyFile].some((file) => file !== undefined)
  const tls = secure || named ? await readTls({ caFile, certFile, keyFile }) : NO_TLS
  const servers = nodes.map((node) => new NodeConnection({ node, apiKey, headers, tls, connectTimeoutMs }))
  const { version, maxMessageBytes } = await handshake(servers, target, connectTimeoutMs, options.signal)
  const cluster = new Cluster(servers, { target, maxInFlight, timeoutMs })
  const capabilities = featuresOf(version)
  const { pageSize } = options
  const learned = new Map()
  const lostWrites = new LostWrites()
  const shared = { target, cluster, maxMessageBytes, version, capabilities, pageSize, learned, lostWrites }
  const shards = new Shards(cluster, target)
  return new WeaviateStore({ ...shared, shards, classes: new Classes(shared) }, maxInFlight)
}

type SharedContext = Omit<Context, 'name'>

function capabilitiesOf({
  multiVectors,
  mixedVectors,
  aliases,
  distinctReferences,
}: ServerFeatures): Capabilities {
  const always = {
    vectors: true,
    namedVectors: true,
    tenants: true,
    references: true,
    transactions: false,
    filters: true,
  }
  return { ...always, multiVectors, mixedVectors, aliases, distinctReferences }
}

class WeaviateStore implements Store {
  readonly kind = 'weaviate'
  readonly target: string
  readonly supports: Capabilities
  readonly maxInFlight: number
  readonly #shared: SharedContext

  constructor(shared: SharedContext, maxInFlight: number) {
    this.target = shared.target
    this.supports = capabilitiesOf(shared.capabilities)
    this.maxInFlight = maxInFlight
    this.#shared = shared
  }

  async list(): Promise<CollectionSummary[]> {
    const classes = await this.#shared.classes.list()
    const summaries = await Promise.all(classes.map((one) => this.#summary(one)))
    return summaries.filter((summary) => summary !== undefined)
  }

  async names(): Promise<string[]> {
    return (await this.#shared.classes.list()).map(({ name }) => name)
  }

  schema(name: string): Promise<CollectionSchema | undefined> {
    return this.#shared.classes.find(name)
  }

  create(schema: CollectionSchema): Promise<void> {
    return this.#shared.classes.create(schema)
  }

  addProperty(name: string, property: PropertySchema): Promise<void> {
    return this.#shared.classes.addProperty(name, property)
  }

  drop(name: string): Promise<boolean> {
    return this.#shared.classes.drop(name)
  }

  async tenants(name: string): Promise<string[]> {
    return (await this.#shared.classes.tenants(name)).map((tenant) => String(tenant.name))
  }

  createTenants(name: string, tenants: readonly string[]): Promise<void> {
    return this.#shared.classes.createTenants(name, tenants)
  }

  dropTenants(name: string, tenants: readonly string[]): Promise<void> {
    return this.#shared.classes.dropTenants(name, tenants)
  }

  async tenantStates(name: string): Promise<Tenant[]> {
    const tenants = (await this.#shared.classes.tenants(name)).map(tenantOf)
    return tenants.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  setTenantStates(name: string, tenants: readonly Tenant[]): Promise<void> {
    return setTenantStates(this.#shared, name, tenants, () => this.#shared.classes.tenants(name))
  }

  aliases(): Promise<Alias[]> {
    return aliases(this.#shared)
  }

  createAlias(alias: Alias): Promise<void> {
    return createAlias(this.#shared, alias)
  }

  moveAlias(alias: Alias): Promise<boolean> {
    return moveAlias(this.#shared, alias)
  }

  dropAlias(alias: string): Promise<boolean> {
    return dropAlias(this.#shared, alias)
  }

  unindexed(name: string): Promise<number> {
    return this.#shared.classes.unindexed(name)
  }

  collection(name: string): Collection {
    return new WeaviateCollection({ ...this.#shared, name })
  }

  health(): Promise<Health> {
    return clusterHealth(this.#shared)
  }

  clockDifferenceMs(): Promise<number | undefined> {
    return clockDifferenceMs(this.#shared.cluster)
  }

  identity(): Promise<StoreIdentity | undefined> {
    return clusterIdentity(this.#shared)
  }

  obstacles(use: StoreUse): Promise<string[]> {
    return obstacles(this.#shared, use)
  }

  survey(use?: StoreUse, only?: string): Promise<StoreSurvey> {
    return survey(this.#shared, use, only)
  }

  async close(): Promise<void> {
    this.#shared.cluster.close()
  }

  /**
   * A collection with its counts; undefined if it was removed since it was listed. Only active tenants can be counted;
   * the sum leaves out the others.
   */
  async #summary({ name, tenanted }: ListedClass): Promise<CollectionSummary | undefined> {
    try {
      if (!tenanted) return { name, ...(await this.#objects(name, [{}])) }
      const tenants = await this.#shared.classes.tenants(name)
      const active = tenants.map(tenantOf).filter(({ state }) => state === 'active')
      const calls = active.map((tenant) => ({ tenant: tenant.name }))
      return { name, ...(await this.#objects(name, calls)), tenants: tenants.length }
    } catch (error) {
      if (!isNotFound(error) || (await this.schema(name)) !== undefined) throw error
      return undefined
    }
  }

  /** No sum if some cannot be counted: their shard is out of reach, or their tenant became inactive meanwhile. */
  async #objects(name: string, calls: readonly CallOptions[]): Promise<{ objects?: number }> {
    const collection = this.collection(name)
    try {
      const counts = await Promise.all(calls.map((call) => collection.count(call)))
      return { objects: counts.reduce((sum, count) => sum + count, 0) }
    } catch (error) {
      if (error instanceof OutOfReach || isTenantInactive(messageOf(error))) return {}
      throw error
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND'
}
