import type { Settlement } from '../../core/outcome.ts'
import type { Unit } from './unit.ts'

/** A unit on its way through the store. `covered` is when it and all before it are settled. */
export interface Ticket {
  readonly unit: Unit
  readonly done: Promise<void>
  readonly covered: Promise<void>
}

/**
 * Who has touched which id, and may be asked about it, until a committed checkpoint covers it.
 *
 * Two units in flight never share an id. An id that an operation reading stored state has touched is free
 * again only when its unit is covered, and such an operation starts only when every earlier unit that touched
 * its ids is covered: repeated after a crash, it finds the very state that it found the first time.
 * Memory: the ids of the uncovered units.
 */
export class Claims {
  readonly #last = new Map<string, Ticket>()

  /** Resolves when the unit may start. Units have to come in order, one at a time. */
  async free(unit: Unit): Promise<void> {
    const waits = new Set<Promise<void>>()
    for (const id of unit.touched.keys()) {
      const earlier = this.#last.get(id)
      if (earlier === undefined) continue
      const reads = unit.reads.has(id) || earlier.unit.reads.has(id)
      waits.add(reads ? earlier.covered : earlier.done)
    }
    await Promise.all(waits)
  }

  take(ticket: Ticket): void {
    for (const id of ticket.unit.touched.keys()) this.#last.set(id, ticket)
  }

  release(ticket: Ticket): void {
    for (const id of ticket.unit.touched.keys()) {
      if (this.#last.get(id) === ticket) this.#last.delete(id)
    }
  }
}

/**
 * Hands settlements on in the order of the input, each when all before it were handed on.
 * `settle` is never called twice at a time; the first error of it, or of a unit, is thrown to all that wait.
 */
export class InOrder {
  #tail: Promise<void> = Promise.resolve()
  readonly #settle: (settlement: Settlement) => void | Promise<void>

  constructor(settle: (settlement: Settlement) => void | Promise<void>) {
    this.#settle = settle
  }

  /** Resolves when this settlement, once there, and all before it have been handed on. */
  add(settlement: Promise<Settlement>): Promise<void> {
    const before = this.#tail
    settlement.catch(() => {})
    const covered = (async () => {
      await before
      await this.#settle(await settlement)
    })()
    covered.catch(() => {})
    this.#tail = covered
    return covered
  }
}
