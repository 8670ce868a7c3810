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
  readonly shelves: Map<string, TenantStore>
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

  async *read(what: Projection, range: Range = {}, call?: CallOptions): AsyncGenerator<StoredObject[], void> {
    requireIds(range.after, range.upTo)
    let { after } = range
    while (true) {
      const ids = this.#shelf(call).idsAfter(after, range.upTo, PAGE_OBJECTS)
      if (ids.length === 0) return
      after = ids.at(-1)
      yield this.#take(ids, what, call)
    }
  }

  async readMany(ids: readonly string[], what: Projection, call?: CallOptions): Promise<StoredObject[]> {
    return this.#take([...new Set(ids)], what, call)
  }

  async write(objects: readonly StoredObject[], call?: CallOptions): Promise<WriteOutcome[]> {
    const { rules } = this.#held()
    const shelf = this.#shelf(call)
    return objects.map((object) => {
      const fixed: Widths = new Map()
      const reason = objectFault(rules, object, shelf.widths, fixed)
      if (reason !== undefined) return { ok: false, reason }
      for (const [name, width] of fixed) shelf.widths.set(name, width)
      shelf.put(object)
      return { ok: true }
    })
  }

  async link(links: readonly Link[], call?: CallOptions): Promise<WriteOutcome[]> {
    const { rules } = this.#held()
    const shelf = this.#shelf(call)
    return links.map((link) => {
      const reason = linkFault(rules, link, shelf.has(link.id))
      if (reason !== undefined) return { ok: false, reason }
      shelf.link(link.id, (before) => rules.links.added(before, link))
      return { ok: true }
    })
  }

  async remove(ids: readonly string[], call?: CallOptions): Promise<RemoveOutcome[]> {
    const shelf = this.#shelf(call)
    return ids.map((id) => ({ ok: true, existed: shelf.remove(id) }))
  }

  async count(call?: CallOptions): Promise<number> {
    return this.#shelf(call).size
  }

  async widths(call?: CallOptions): Promise<Widths> {
    return new Map(this.#shelf(call).widths)
  }

  #take(ids: readonly string[], what: Projection, call: CallOptions | undefined): StoredObject[] {
    const shelf = this.#shelf(call)
    const tenant = call?.tenant
    const { numbers } = this.#held().rules
    return ids.flatMap((id) => {
      const object = shelf.take(id, what, numbers)
      if (object === undefined) return []
      return [tenant === undefined ? object : { ...object, tenant }]
    })
  }

  #shelf(call: CallOptions | undefined): TenantStore {
    call?.signal?.throwIfAborted()
    const { rules, shelves } = this.#held()
    const tenant = tenantOf(rules, call)
    const shelf = shelves.get(tenant)
    if (shelf === undefined) throw noTenant(tenant, this.name)
    requireActive(tenant, shelf.state, this.name)
    return shelf
  }
}
