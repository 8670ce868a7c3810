import type { StoredObject } from '../core/object.ts'
import { isReference } from '../core/schema.ts'
import { BaseWidths } from './baseWidths.ts'
import type {
  CallOptions,
  Collection,
  CollectionSchema,
  Link,
  Projection,
  RemoveOutcome,
  Store,
  WriteOutcome,
} from './store.ts'
import { type VectorCheck, vectorCheck, type Widths } from './validation/vectors.ts'

const TOMBSTONES = 'Tombstones'
const NOBODY = '00000000-0000-0000-0000-000000000000'
const IDS_ONLY: Projection = { properties: [], vectors: false }

/**
 * A store that looks like `base` with changes on top, and never writes to it: writes go to `scratch`, an empty store of
 * its own. Reads by id see both. It refuses what the base would refuse: an inactive tenant, a vector of another width
 * than the existing ones. `schema` is that of the collection, which `base` need not have yet. Closing it closes only
 * the scratch.
 */
export async function overlayStore(base: Store, scratch: Store, schema: CollectionSchema): Promise<Store> {
  await scratch.create(schema)
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
    schema,
    (tenant) => scratch.createTenants(schema.class, [tenant]),
  )
  const { transaction: _, ...contract } = bound(base)
  return {
    ...contract,
    supports: { ...base.supports, transactions: false },
    maxInFlight: 1,
    collection: () => collection,
    createTenants: async () => {},
    dropTenants: async () => {},
    setTenantStates: async () => {},
    createAlias: async () => {},
    moveAlias: async () => false,
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
  readonly #vectorFault: VectorCheck
  readonly #createTenant: (tenant: string) => Promise<void>
  readonly #widths: BaseWidths | undefined
  /** Tenants that the scratch store has. */
  readonly #met = new Set<string | undefined>()

  constructor(
    base: Collection | undefined,
    scratch: Collection,
    tombstones: Collection,
    tenants: ReadonlySet<string>,
    schema: CollectionSchema,
    createTenant: (tenant: string) => Promise<void>,
  ) {
    this.name = scratch.name
    this.#base = base
    this.#scratch = scratch
    this.#tombstones = tombstones
    this.#tenants = tenants
    this.#references = (schema.properties ?? []).filter(isReference).map(({ name }) => name)
    this.#vectorFault = vectorCheck(schema)
    this.#widths = base && new BaseWidths(base)
    this.#createTenant = createTenant
  }

  async readMany(
    ids: readonly string[],
    projection: Projection,
    call: CallOptions = {},
  ): Promise<StoredObject[]> {
    await this.#meet(call)
    const own = await this.#scratch.readMany(ids, projection, call)
    const hidden = new Set(own.map(({ id }) => id))
    for (const { id } of await this.#tombstones.readMany(ids, IDS_ONLY)) hidden.add(id)
    const below = ids.filter((id) => !hidden.has(id))
    return [...own, ...(await this.#below(below, projection, call))]
  }

  async write(objects: readonly StoredObject[], call: CallOptions = {}): Promise<WriteOutcome[]> {
    await this.#meet(call)
    const reasons = await this.#vectorFaults(objects, call)
    const accepted = objects.filter((_, index) => reasons[index] === undefined)
    await this.#tombstones.remove(accepted.map(({ id }) => id))
    const written = (
      await this.#scratch.write(
        accepted.map(({ tenant: _, ...object }) => object),
        call,
      )
    ).values()
    return reasons.map((reason) => (reason === undefined ? written.next().value! : { ok: false, reason }))
  }

  async link(links: readonly Link[], call: CallOptions = {}): Promise<WriteOutcome[]> {
    await this.#meet(call)
    await this.#lift([...new Set(links.map(({ id }) => id))], call)
    return this.#scratch.link(links, call)
  }

  async remove(ids: readonly string[], call: CallOptions = {}): Promise<RemoveOutcome[]> {
    const present = new Set((await this.readMany(ids, IDS_ONLY, call)).map(({ id }) => id))
    await this.#scratch.remove(ids, call)
    await this.#tombstones.write(ids.map((id) => ({ id, properties: {} })))
    return ids.map((id) => ({ ok: true, existed: present.has(id) }))
  }

  read(): AsyncIterable<StoredObject[]> {
    throw new TypeError('an overlay is read by id only')
  }

  count(): Promise<number> {
    throw new TypeError('an overlay is read by id only')
  }

  /** Creates a tenant in the scratch before its first use, and checks that the base can use it. */
  async #meet(call: CallOptions): Promise<void> {
    if (this.#met.has(call.tenant)) return
    await this.#below([NOBODY], IDS_ONLY, call)
    if (call.tenant !== undefined) await this.#createTenant(call.tenant)
    this.#met.add(call.tenant)
  }

  async #vectorFaults(objects: readonly StoredObject[], call: CallOptions): Promise<(string | undefined)[]> {
    const isThere = call.tenant === undefined || this.#tenants.has(call.tenant)
    const widths: Widths = (isThere && (await this.#widths?.of(objects, call))) || new Map()
    return objects.map((object) => this.#vectorFault(object, widths, new Map()))
  }

  /** Copies objects of the base into the scratch before they are partly changed. */
  async #lift(ids: readonly string[], call: CallOptions): Promise<void> {
    const own = new Set((await this.#scratch.readMany(ids, IDS_ONLY, call)).map(({ id }) => id))
    const whole: Projection = { properties: 'all', vectors: true, references: true, times: true }
    const objects = await this.readMany(
      ids.filter((id) => !own.has(id)),
      whole,
      call,
    )
    const { plain, links } = apart(objects, this.#references)
    await this.#scratch.write(plain, call)
    await this.#scratch.link(links, call)
  }

  async #below(ids: readonly string[], projection: Projection, call: CallOptions): Promise<StoredObject[]> {
    if (this.#base === undefined || ids.length === 0) return []
    if (call.tenant !== undefined && !this.#tenants.has(call.tenant)) return []
    return this.#base.readMany(ids, projection, call)
  }
}

/** Splits objects from their references, which become links. */
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
    names: () => store.names(),
    schema: (name) => store.schema(name),
    create: (schema) => store.create(schema),
    addProperty: (name, property) => store.addProperty(name, property),
    drop: (name) => store.drop(name),
    tenants: (name) => store.tenants(name),
    createTenants: (name, tenants) => store.createTenants(name, tenants),
    dropTenants: (name, tenants) => store.dropTenants(name, tenants),
    tenantStates: (name) => store.tenantStates(name),
    setTenantStates: (name, tenants) => store.setTenantStates(name, tenants),
    aliases: () => store.aliases(),
    createAlias: (alias) => store.createAlias(alias),
    moveAlias: (alias) => store.moveAlias(alias),
    dropAlias: (alias) => store.dropAlias(alias),
    unindexed: (name) => store.unindexed(name),
    collection: (name) => store.collection(name),
    health: () => store.health(),
    close: () => store.close(),
  }
}
