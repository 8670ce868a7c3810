import type { StoredObject } from '../../core/object.ts'
import type {
  CallOptions,
  Collection,
  Link,
  Projection,
  Range,
  RemoveOutcome,
  WriteOutcome,
} from '../store.ts'
import {
  linkFault,
  noTenant,
  objectFault,
  type Rules,
  requireActive,
  requireIds,
  tenantOf,
} from '../validation/classRules.ts'
import type { Widths } from '../validation/vectors.ts'
import type { TenantStore } from './tenant.ts'

/** A collection in memory: its rules, and its objects by tenant (`''` if there are no tenants). */
export interface CollectionState {
  rules: Rules
  readonly tenantStores: Map<string, TenantStore>
}

const PAGE_OBJECTS = 500

/** The objects of one collection in memory; `held` finds it, or throws, at every call. */
export class MemoryCollection implements Collection {
  readonly name: string
  readonly #held: () => CollectionState

  constructor(name: string, held: () => CollectionState) {
    this.name = name
    this.#held = held
  }

  async *read(
    projection: Projection,
    range: Range = {},
    call?: CallOptions,
  ): AsyncGenerator<StoredObject[], void> {
    requireIds(range.after, range.upTo)
    let { after } = range
    while (true) {
      const ids = this.#tenantStore(call).idsAfter(after, range.upTo, PAGE_OBJECTS)
      if (ids.length === 0) return
      after = ids.at(-1)
      yield this.#take(ids, projection, call)
    }
  }

  async readMany(
    ids: readonly string[],
    projection: Projection,
    call?: CallOptions,
  ): Promise<StoredObject[]> {
    return this.#take([...new Set(ids)], projection, call)
  }

  async write(objects: readonly StoredObject[], call?: CallOptions): Promise<WriteOutcome[]> {
    const { rules } = this.#held()
    const tenantStore = this.#tenantStore(call)
    return objects.map((object) => {
      const fixed: Widths = new Map()
      const reason = objectFault(rules, object, tenantStore.widths, fixed)
      if (reason !== undefined) return { ok: false, reason }
      for (const [name, width] of fixed) tenantStore.widths.set(name, width)
      tenantStore.put(object)
      return { ok: true }
    })
  }

  async link(links: readonly Link[], call?: CallOptions): Promise<WriteOutcome[]> {
    const { rules } = this.#held()
    const tenantStore = this.#tenantStore(call)
    return links.map((link) => {
      const reason = linkFault(rules, link, tenantStore.has(link.id))
      if (reason !== undefined) return { ok: false, reason }
      tenantStore.link(link.id, (before) => rules.links.added(before, link))
      return { ok: true }
    })
  }

  async remove(ids: readonly string[], call?: CallOptions): Promise<RemoveOutcome[]> {
    const tenantStore = this.#tenantStore(call)
    return ids.map((id) => ({ ok: true, existed: tenantStore.remove(id) }))
  }

  async count(call?: CallOptions): Promise<number> {
    return this.#tenantStore(call).size
  }

  async widths(call?: CallOptions): Promise<Widths> {
    return new Map(this.#tenantStore(call).widths)
  }

  #take(ids: readonly string[], projection: Projection, call: CallOptions | undefined): StoredObject[] {
    const tenantStore = this.#tenantStore(call)
    const tenant = call?.tenant
    const { numbers } = this.#held().rules
    return ids.flatMap((id) => {
      const object = tenantStore.take(id, projection, numbers)
      if (object === undefined) return []
      return [tenant === undefined ? object : { ...object, tenant }]
    })
  }

  #tenantStore(call: CallOptions | undefined): TenantStore {
    call?.signal?.throwIfAborted()
    const { rules, tenantStores } = this.#held()
    const tenant = tenantOf(rules, call)
    const tenantStore = tenantStores.get(tenant)
    if (tenantStore === undefined) throw noTenant(tenant, this.name)
    requireActive(tenant, tenantStore.state, this.name)
    return tenantStore
  }
}
