import { ElysiaError } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/object.ts'
import { bigintIn, hasMixedVectors, hasTenants, multiVectorIn } from '../../../core/schema.ts'
import {
  type CallOptions,
  type CollectionSchema,
  isCollectionSchema,
  type PropertySchema,
} from '../../store.ts'
import type { ServerFeatures } from '../cluster/capabilities.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { replyFailure } from '../cluster/failure.ts'
import { listIn, wrongAnswer } from '../rest/answer.ts'
import { expectAnswer, type RestContext } from '../rest/expect.ts'
import { exactJsonOf, type RestReply, type RestRequest } from '../rest/request.ts'
import { type Layout, layoutOf } from './layout.ts'
import { LayoutCache } from './layoutCache.ts'
import { createTenants, listTenants, removeTenants, requireTenant } from './tenants.ts'

/** What reading the classes of a server needs. */
export interface ClassesOptions {
  readonly cluster: Cluster
  readonly target: string
  readonly version: string
  readonly capabilities: ServerFeatures
}

/** A class in the list of all classes. */
export interface ListedClass {
  readonly name: string
  readonly tenanted: boolean
}

/** The schema side of a cluster, by REST: collections, their properties and their tenants. */
export class Classes {
  readonly #cluster: Cluster
  readonly #target: string
  readonly #version: string
  readonly #capabilities: ServerFeatures
  readonly #known = new LayoutCache()

  constructor({ cluster, target, version, capabilities }: ClassesOptions) {
    this.#cluster = cluster
    this.#target = target
    this.#version = version
    this.#capabilities = capabilities
  }

  /** Names, and whether there are tenants: large numbers in settings are not exact here. @see find */
  async list(): Promise<ListedClass[]> {
    const request: RestRequest = { method: 'GET', path: '/schema', whenReady: true }
    const classes: unknown[] = listIn(
      await this.#expect(request, 'listing the collections'),
      this.#target,
      'classes',
    )
    if (!classes.every(isCollectionSchema))
      throw wrongAnswer(this.#target, 'lists a collection without its name')
    return classes.map((schema) => ({ name: schema.class, tenanted: hasTenants(schema) }))
  }

  /**
   * The raw schema; the layout is known from it as well. The server finds `aB` under `AB` too; here names match exactly.
   * @throws ElysiaError ELYSIA_STORE if a setting has more digits than can be kept
   */
  async find(name: string, call: CallOptions = {}): Promise<CollectionSchema | undefined> {
    const schema = await this.#read(name, call)
    const large = bigintIn(schema)
    if (large === undefined) {
      this.#known.learn(name, schema)
      return schema
    }
    const fact = `the class ${name} of ${this.#target} holds ${large}, a number that cannot be kept exactly`
    throw new ElysiaError('ELYSIA_STORE', fact, { hint: 'give that setting of the class a smaller number' })
  }

  async #read(name: string, call: CallOptions): Promise<CollectionSchema | undefined> {
    if (name === '') return undefined
    const path = `/schema/${encodeURIComponent(name)}`
    const request: RestRequest = { method: 'GET', path, mayBeMissing: true }
    const reply = await this.#cluster.rest(request, call)
    if (reply.status === 404) return undefined
    if (reply.status !== 200) throw replyFailure(reply, this.#target, `reading the schema of ${name}`)
    const schema: unknown = exactJsonOf(reply)
    if (!isCollectionSchema(schema)) throw wrongAnswer(this.#target, `gives no schema of ${name}`)
    return schema.class === name ? schema : undefined
  }

  /** The layout, fetched at most every ten seconds. @throws ElysiaError ELYSIA_NOT_FOUND */
  layout(name: string, call: CallOptions = {}): Promise<Layout> {
    return this.#known.layout(name, () => this.#fetch(name, call))
  }

  /** Makes the next call read the schema again. */
  forget(name: string): void {
    this.#known.forget(name)
  }

  /** Checks that a call names an existing tenant, and only if the class has tenants; returns its name or ''. */
  async tenantOf(layout: Layout, call: CallOptions): Promise<string> {
    const { tenant } = call
    if (layout.tenanted !== (tenant !== undefined)) throw this.#wrongTenancy(layout)
    if (tenant === undefined) return ''
    const tenants = this.#known.tenants(layout.name)
    if (tenants?.has(tenant) !== true) {
      const byName = this.#capabilities.tenantByName
      await requireTenant(this.#rest, layout.name, tenant, byName, call)
      tenants?.add(tenant)
    }
    return tenant
  }

  async create(schema: CollectionSchema): Promise<void> {
    if (!/^[A-Z]/.test(schema.class)) throw illegalName(schema.class)
    const multi = this.#capabilities.multiVectors ? undefined : multiVectorIn(schema)
    if (multi !== undefined) throw this.#withoutMultiVectors(schema.class, multi)
    if (!hasMixedVectors(schema)) {
      await this.#change(schema.class, '/schema', schema, `creating ${schema.class}`)
      return
    }
    if (!this.#capabilities.mixedVectors) throw this.#withoutMixedVectors(schema.class)
    const { vectorConfig, ...unnamed } = schema
    await this.#change(schema.class, '/schema', unnamed, `creating ${schema.class}`)
    await this.#addVectors(schema.class, vectorConfig)
  }

  /**
   * Adds the named vectors to a class with an unnamed one: no server makes both in one step. If this fails, the class
   * is removed.
   */
  async #addVectors(name: string, vectorConfig: unknown): Promise<void> {
    try {
      const made = await this.find(name)
      const request = { method: 'PUT', path: `/schema/${encodeURIComponent(name)}` } as const
      await this.#expect({ ...request, body: { ...made, vectorConfig } }, `adding named vectors to ${name}`)
    } catch (error) {
      await this.drop(name).catch(() => {})
      throw error
    } finally {
      this.forget(name)
    }
  }

  async addProperty(name: string, property: PropertySchema): Promise<void> {
    const path = `/schema/${encodeURIComponent(name)}/properties`
    await this.#change(name, path, property, `adding ${property.name} to ${name}`)
  }

  async drop(name: string): Promise<boolean> {
    if ((await this.find(name)) === undefined) return false
    const request: RestRequest = { method: 'DELETE', path: `/schema/${encodeURIComponent(name)}` }
    await this.#expect(request, `dropping ${name}`)
    this.forget(name)
    return true
  }

  /** Names and states of all tenants. */
  async tenants(name: string): Promise<JsonObject[]> {
    await this.#requireTenanted(name)
    return listTenants(this.#rest, name)
  }

  async createTenants(name: string, tenants: readonly string[]): Promise<void> {
    await this.#requireTenanted(name)
    await createTenants(this.#rest, name, tenants)
  }

  async dropTenants(name: string, tenants: readonly string[]): Promise<void> {
    await this.#requireTenanted(name)
    await removeTenants(this.#rest, name, tenants)
    this.forget(name)
  }

  /** The sum of the queue lengths of all shards. */
  async unindexed(name: string): Promise<number> {
    await this.layout(name)
    const request: RestRequest = { method: 'GET', path: `/schema/${encodeURIComponent(name)}/shards` }
    const shards = listIn(await this.#expect(request, `looking at the shards of ${name}`), this.#target)
    const waiting = shards.reduce((sum, { vectorQueueSize }) => sum + Number(vectorQueueSize ?? 0), 0)
    if (waiting >= 0) return waiting
    throw wrongAnswer(this.#target, `gives no lengths of the queues of ${name}`)
  }

  async #fetch(name: string, call: CallOptions): Promise<Layout> {
    const schema = await this.#read(name, call)
    if (schema === undefined) throw this.#missing(name)
    return layoutOf(schema)
  }

  async #change(name: string, path: string, body: unknown, doing: string): Promise<void> {
    await this.#expect({ method: 'POST', path, body }, doing)
    this.forget(name)
  }

  get #rest(): RestContext {
    return { cluster: this.#cluster, target: this.#target }
  }

  #expect(request: RestRequest, doing: string): Promise<RestReply> {
    return expectAnswer(this.#rest, request, doing)
  }

  async #requireTenanted(name: string): Promise<void> {
    this.forget(name)
    const layout = await this.layout(name)
    if (!layout.tenanted) throw this.#wrongTenancy(layout)
  }

  /** The error for a server that is too old: it would ignore the setting, and then accept a vector of another width. */
  #withoutMixedVectors(name: string): ElysiaError {
    const message = `Weaviate ${this.#version} in ${this.#target} has no class with an unnamed vector and named ones: ${name}`
    return new ElysiaError('ELYSIA_CONFLICT', message, {
      hint: 'SPEC.md, "Versions of Weaviate", says what is needed',
    })
  }

  #withoutMultiVectors(name: string, vector: string): ElysiaError {
    const message = `${this.#target} is Weaviate ${this.#version}, which has no multi-vectors: ${vector} of ${name} is one`
    return new ElysiaError('ELYSIA_CONFLICT', message, { hint: 'they came with 1.29' })
  }

  #missing(name: string): ElysiaError {
    return new ElysiaError('ELYSIA_NOT_FOUND', `${this.#target} has no collection ${name}`)
  }

  #wrongTenancy({ name, tenanted }: Layout): ElysiaError {
    const fact = tenanted ? 'has tenants, and the call names none' : 'has no tenants, and the call names one'
    return new ElysiaError('ELYSIA_STORE', `${name} in ${this.#target} ${fact}`)
  }
}

/** The server would make a class with another name, capitalized. */
function illegalName(name: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `'${name}' is not a valid class name`, {
    hint: 'class names begin with a capital letter: SourceCode',
  })
}
