import { isReference } from '../classSchema.ts'
import type { StoredObject } from '../object.ts'
import type {
  Call,
  Collection,
  CollectionSchema,
  Link,
  RemoveOutcome,
  Store,
  What,
  WriteOutcome,
} from './store.ts'

const TOMBSTONES = 'Tombstones'
const IDS_ONLY: What = { properties: [], vectors: false }

/**
 * A store that looks like `base` with changes on top, and never writes to it: what is written goes to
 * `scratch`, an empty store of its own. Reads by id see both; the ids of all tenants share the scratch, since
 * an id never belongs to two. `schema` is that of the collection, which `base` need not have yet.
 * Closing it closes the scratch only.
 */
export async function overlay(base: Store, scratch: Store, schema: CollectionSchema): Promise<Store> {
  const { multiTenancyConfig: _, ...plain } = schema
  await scratch.create(plain)
  await scratch.create({ class: TOMBSTONES, properties: [] })
  const exists = (await base.schema(schema.class)) !== undefined
  const tenants = new Set(
    exists && schema.multiTenancyConfig?.enabled ? await base.tenants(schema.class) : [],
  )
  const collection = new OverlayCollection(
    exists ? base.collection(schema.class) : undefined,
    scratch.collection(schema.class),
    scratch.collection(TOMBSTONES),
    tenants,
    (schema.properties ?? []).filter(isReference).map(({ name }) => name),
  )
  const { transaction: __, ...contract } = bound(base)
  return {
    ...contract,
    supports: { ...base.supports, transactions: false },
    maxInFlight: 1,
    collection: () => collection,
    createTenants: async () => {},
    setTenantStates: async () => {},
    createAlias: async () => {},
    dropAlias: async () => false,
    close: () => scratch.close(),
  }
}

class OverlayCollection implements Collection {
  readonly name: string
  readonly #base: Collection | undefined
  readonly #scratch: Collection
  readonly #tombstones: Collection
  readonly #tenants: ReadonlySet<string>
  readonly #references: readonly string[]

  constructor(
    base: Collection | undefined,
    scratch: Collection,
    tombstones: Collection,
    tenants: ReadonlySet<string>,
    references: readonly string[],
  ) {
    this.name = scratch.name
    this.#base = base
    this.#scratch = scratch
    this.#tombstones = tombstones
    this.#tenants = tenants
    this.#references = references
  }

  async readMany(ids: readonly string[], what: What, call: Call = {}): Promise<StoredObject[]> {
    const own = await this.#scratch.readMany(ids, what)
    const hidden = new Set(own.map(({ id }) => id))
    for (const { id } of await this.#tombstones.readMany(ids, IDS_ONLY)) hidden.add(id)
    const below = ids.filter((id) => !hidden.has(id))
    return [...own, ...(await this.#below(below, what, call))]
  }

  async write(objects: readonly StoredObject[]): Promise<WriteOutcome[]> {
    await this.#tombstones.remove(objects.map(({ id }) => id))
    return this.#scratch.write(objects.map(({ tenant: _, ...object }) => object))
  }

  async link(links: readonly Link[], call: Call = {}): Promise<WriteOutcome[]> {
    await this.#lift([...new Set(links.map(({ id }) => id))], call)
    return this.#scratch.link(links)
  }

  async remove(ids: readonly string[], call: Call = {}): Promise<RemoveOutcome[]> {
    const present = new Set((await this.readMany(ids, IDS_ONLY, call)).map(({ id }) => id))
    await this.#scratch.remove(ids)
    await this.#tombstones.write(ids.map((id) => ({ id, properties: {} })))
    return ids.map((id) => ({ ok: true, existed: present.has(id) }))
  }

  read(): AsyncIterable<StoredObject[]> {
    throw new TypeError('an overlay is read by id only')
  }

  count(): Promise<number> {
    throw new TypeError('an overlay is read by id only')
  }

  /** Copies objects of the base that are about to change a little. */
  async #lift(ids: readonly string[], call: Call): Promise<void> {
    const own = new Set((await this.#scratch.readMany(ids, IDS_ONLY)).map(({ id }) => id))
    const whole: What = { properties: 'all', vectors: true, references: true, times: true }
    const objects = await this.readMany(
      ids.filter((id) => !own.has(id)),
      whole,
      call,
    )
    const { plain, links } = apart(objects, this.#references)
    await this.#scratch.write(plain)
    await this.#scratch.link(links)
  }

  async #below(ids: readonly string[], what: What, call: Call): Promise<StoredObject[]> {
    if (this.#base === undefined || ids.length === 0) return []
    if (call.tenant !== undefined && !this.#tenants.has(call.tenant)) return []
    return this.#base.readMany(ids, what, call)
  }
}

/** Objects without their references, and these as links. */
function apart(objects: readonly StoredObject[], references: readonly string[]) {
  const links: Link[] = []
  const plain = objects.map(({ tenant: _, ...object }) => {
    const properties = { ...object.properties }
    for (const property of references) {
      const list = (properties[property] ?? []) as { beacon: string }[]
      delete properties[property]
      if (list.length > 0) links.push({ id: object.id, property, beacons: list.map(({ beacon }) => beacon) })
    }
    return { ...object, properties }
  })
  return { plain, links }
}

/** The contract's methods of a store, bound to it: a class instance does not spread. */
function bound(store: Store): Store {
  return {
    kind: store.kind,
    target: store.target,
    supports: store.supports,
    maxInFlight: store.maxInFlight,
    list: () => store.list(),
    schema: (name) => store.schema(name),
    create: (schema) => store.create(schema),
    addProperty: (name, property) => store.addProperty(name, property),
    drop: (name) => store.drop(name),
    tenants: (name) => store.tenants(name),
    createTenants: (name, tenants) => store.createTenants(name, tenants),
    tenantStates: (name) => store.tenantStates(name),
    setTenantStates: (name, tenants) => store.setTenantStates(name, tenants),
    aliases: () => store.aliases(),
    createAlias: (alias) => store.createAlias(alias),
    dropAlias: (alias) => store.dropAlias(alias),
    unindexed: (name) => store.unindexed(name),
    collection: (name) => store.collection(name),
    health: () => store.health(),
    close: () => store.close(),
  }
}
