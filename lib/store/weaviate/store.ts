import { ElysiaError } from '../../core/errors.ts'
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
import type { Node } from '../target.ts'
import { featuresOf, type ServerFeatures } from './cluster/capabilities.ts'
import { clockDifferenceMs } from './cluster/clock.ts'
import { Cluster } from './cluster/cluster.ts'
import { handshake } from './cluster/handshake.ts'
import { health } from './cluster/health.ts'
import { identity } from './cluster/identity.ts'
import { NodeConnection } from './cluster/node.ts'
import { obstacles } from './cluster/obstacles.ts'
import { OutOfReach, Shards } from './cluster/shards.ts'
import { survey } from './cluster/survey.ts'
import { NO_TLS, readTls } from './cluster/tls.ts'
import { WeaviateCollection } from './collection.ts'
import type { Context } from './context.ts'
import { aliases, createAlias, dropAlias, moveAlias } from './schema/aliases.ts'
import { Classes, type ListedClass } from './schema/classes.ts'
import { setTenantStates, tenantOf } from './schema/tenantStates.ts'

/** How to reach a Weaviate cluster. */
export interface WeaviateOptions {
  /** The nodes of one cluster; calls go to them in turn. */
  readonly nodes: readonly Node[]
  /** The address for messages, without secrets. */
  readonly target: string
  /** Sent as a bearer token, by REST and gRPC. */
  readonly apiKey?: string
  /** Sent along with each request, such as the keys of vectorizer modules. */
  readonly headers?: Readonly<Record<string, string>>
  /** PEM certificates to trust in addition to Node's own, for REST and gRPC. */
  readonly caFile?: string
  /** PEM file of a certificate that identifies us to the server, with `keyFile`; only for https. */
  readonly certFile?: string
  /** PEM file of its private key, without a passphrase. */
  readonly keyFile?: string
  /** Calls at once, reads and writes together. 4. */
  readonly maxInFlight?: number
  /** How long one call may take. 60 000. */
  readonly timeoutMs?: number
  /** How long a node may take to answer the handshake. 5 000. */
  readonly connectTimeoutMs?: number
  /** Stops the handshake at once. */
  readonly signal?: AbortSignal
  /**
   * Objects per page, and ids per look-up. By default as many as make 4 to 8 MB; 500 ids with vectors, 1000 without.
   */
  readonly pageSize?: number
}

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
  checkHeaders({ ...headers, ...(apiKey === undefined ? {} : { authorization: apiKey }) })
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
  const shared = { target, cluster, maxMessageBytes, version, capabilities, pageSize, learned }
  const shards = new Shards(cluster, target)
  return new WeaviateStore({ ...shared, shards, classes: new Classes(shared) }, maxInFlight)
}

type Shared = Omit<Context, 'name'>

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
  readonly #shared: Shared

  constructor(shared: Shared, maxInFlight: number) {
    this.target = shared.target
    this.supports = capabilitiesOf(shared.capabilities)
    this.maxInFlight = maxInFlight
    this.#shared = shared
  }

  async list(): Promise<CollectionSummary[]> {
    const classes = await this.#shared.classes.list()
    return Promise.all(classes.map((one) => this.#summary(one)))
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
    return health(this.#shared)
  }

  clockDifferenceMs(): Promise<number | undefined> {
    return clockDifferenceMs(this.#shared.cluster)
  }

  identity(): Promise<StoreIdentity | undefined> {
    return identity(this.#shared)
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

  /** Only active tenants can be counted; the sum leaves out the others. */
  async #summary({ name, tenanted }: ListedClass): Promise<CollectionSummary> {
    if (!tenanted) return { name, ...(await this.#objects(name, [{}])) }
    const tenants = await this.#shared.classes.tenants(name)
    const active = tenants.map(tenantOf).filter(({ state }) => state === 'active')
    const calls = active.map((tenant) => ({ tenant: tenant.name }))
    return { name, ...(await this.#objects(name, calls)), tenants: tenants.length }
  }

  async #objects(name: string, calls: readonly CallOptions[]): Promise<{ objects?: number }> {
    const collection = this.collection(name)
    try {
      const counts = await Promise.all(calls.map((call) => collection.count(call)))
      return { objects: counts.reduce((sum, count) => sum + count, 0) }
    } catch (error) {
      if (error instanceof OutOfReach) return {}
      throw error
    }
  }
}

/** A client certificate makes no sense for a node with an unencrypted connection. @throws ElysiaError ELYSIA_USAGE */
function requireSecure(nodes: readonly Node[]): void {
  const open = nodes.find(({ http, grpcSecure }) => !grpcSecure || !http.startsWith('https:'))
  if (open === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `${open.http} is not https, and takes no client certificate`, {
    hint: 'write https://HOST:PORT, or leave the certificate out',
  })
}

/** Refuses values that no header can hold, before any message could show them. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (/^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\x20-\x7e]+$/.test(value)) continue
    const what = name === 'authorization' ? 'the API key' : `the header ${name}`
    throw new ElysiaError('ELYSIA_USAGE', `${what} is empty or holds characters that cannot be sent`, {
      hint: 'printable ASCII only, on one line',
    })
  }
}
