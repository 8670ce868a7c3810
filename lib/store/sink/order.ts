import type { Settlement } from '../../core/outcome.ts'
import type { WriteGroup } from './writeGroup.ts'

/** A group on its way through the store. `committed` resolves once it and all before it are settled. */
export interface Task {
  readonly group: WriteGroup
  readonly done: Promise<void>
  readonly committed: Promise<void>
}

/**
 * Records which task has touched which id, until a committed checkpoint covers the task.
 *
 * Two groups in flight never share an id. An id that an operation reading stored state has touched is free
 * again only when its group is committed, and such an operation starts only when every earlier group that touched
 * its ids is committed: repeated after a crash, it finds the very state that it found the first time. Memory:
 * the ids of the uncommitted groups.
 */
export class IdLocks {
  readonly #last = new Map<string, Task>()

  /** Resolves when the group may start. Groups have to come in order, one at a time. */
  async free(group: WriteGroup): Promise<void> {
    const waits = new Set<Promise<void>>()
    for (const id of group.touched.keys()) {
      const earlier = this.#last.get(id)
      if (earlier === undefined) continue
      const reads = group.reads.has(id) || earlier.group.reads.has(id)
      waits.add(reads ? earlier.committed : earlier.done)
    }
    await Promise.all(waits)
  }

  take(task: Task): void {
    for (const id of task.group.touched.keys()) this.#last.set(id, task)
  }

  release(task: Task): void {
    for (const id of task.group.touched.keys()) {
      if (this.#last.get(id) === task) this.#last.delete(id)
    }
  }
}

/**
 * Passes settlements on in the order of the input, each after all before it. Never calls `settle` twice at a time; its
 * first error, or that of a group, is thrown to all that wait.
 */
export class Sequencer {
  #tail: Promise<void> = Promise.resolve()
  readonly #settle: (settlement: Settlement) => void | Promise<void>

  constructor(settle: (settlement: Settlement) => void | Promise<void>) {
    this.#settle = settle
  }

  /** Resolves once this settlement and all before it have been passed on. */
  add(settlement: Promise<Settlement>): Promise<void> {
    const before = this.#tail
    settlement.catch(() => {})
    const committed = (async () => {
      await before
      await this.#settle(await settlement)
    })()
    committed.catch(() => {})
    this.#tail = committed
    return committed
  }
}
