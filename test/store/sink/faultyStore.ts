import { ElysiaError } from '../../../lib/core/errors.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Collection, RemoveOutcome, Store, WriteOutcome } from '../../../lib/store/store.ts'

/** What may go wrong, decided by one function that draws a number from 0 to 1. */
export interface Faults {
  draw(): number
  /** Share of calls that fail, before or after they were applied, or half way. */
  failing: number
  /** Share of objects that are not taken this time. */
  refusing: number
}

/** Thrown when the process is said to have died; whatever is asked later fails as well. */
export class Crash extends Error {}

/**
 * A store that delays, fails and forgets to answer, and dies after `stepsLeft` changes of single objects or
 * checkpoints. Objects of one write are applied one at a time, in no order, as a server does.
 */
export class FaultyStore {
  readonly #base: Store
  readonly #faults: Faults
  stepsLeft = Number.POSITIVE_INFINITY

  constructor(base: Store, faults: Faults) {
    this.#base = base
    this.#faults = faults
  }

  /** One more durable change; the one that exceeds the allowance does not happen. */
  step(): void {
    if (this.stepsLeft <= 0) throw new Crash('the process died')
    this.stepsLeft -= 1
  }

  store(): Store {
    const base = this.#base
    return {
      kind: base.kind,
      target: base.target,
      supports: { ...base.supports, transactions: false },
      maxInFlight: 4,
      list: () => base.list(),
      names: () => base.names(),
      schema: (name) => base.schema(name),
      create: (schema) => base.create(schema),
      addProperty: (name, property) => base.addProperty(name, property),
      drop: (name) => base.drop(name),
      tenants: (name) => base.tenants(name),
      createTenants: (name, tenants) => base.createTenants(name, tenants),
      dropTenants: (name, tenants) => base.dropTenants(name, tenants),
      tenantStates: (name) => base.tenantStates(name),
      setTenantStates: (name, tenants) => base.setTenantStates(name, tenants),
      aliases: () => base.aliases(),
      createAlias: (alias) => base.createAlias(alias),
      moveAlias: (alias) => base.moveAlias(alias),
      dropAlias: (alias) => base.dropAlias(alias),
      unindexed: (name) => base.unindexed(name),
      collection: (name) => this.#collection(base.collection(name)),
      health: () => base.health(),
      close: () => base.close(),
    }
  }

  #collection(base: Collection): Collection {
    return {
      name: base.name,
      read: base.read.bind(base),
      count: base.count.bind(base),
      readMany: async (ids, what) => {
        await this.#delay()
        if (this.stepsLeft <= 0) throw new Crash('the process died')
        if (this.#faults.draw() < this.#faults.failing) throw away()
        return base.readMany(ids, what)
      },
      write: (objects) => this.#change(objects, (object) => this.#write(base, object)),
      link: base.link.bind(base),
      remove: (ids) => this.#change(ids, (id) => this.#remove(base, id)),
    }
  }

  async #write(base: Collection, object: StoredObject): Promise<WriteOutcome> {
    if (this.#faults.draw() < this.#faults.refusing)
      return { ok: false, retryable: true, reason: 'store is read-only' }
    this.step()
    return (await base.write([object]))[0]!
  }

  async #remove(base: Collection, id: string): Promise<RemoveOutcome> {
    this.step()
    return (await base.remove([id]))[0]!
  }

  async #change<T, O>(items: readonly T[], one: (item: T) => Promise<O>): Promise<O[]> {
    await this.#delay()
    const fails = this.#faults.draw() < this.#faults.failing
    const applied = fails ? Math.floor(this.#faults.draw() * (items.length + 1)) : items.length
    const outcomes = new Map<T, O>()
    for (const item of this.#shuffled(items).slice(0, applied)) {
      outcomes.set(item, await one(item))
      await this.#delay()
    }
    if (fails) throw away()
    return items.map((item) => outcomes.get(item)!)
  }

  async #delay(): Promise<void> {
    const turns = Math.floor(this.#faults.draw() * 4)
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => [this.#faults.draw(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item)
  }
}

function away(): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', 'the connection was reset', { retryable: true })
}
