import type { Entry, Item } from '../../core/entry.ts'
import { type Operation, touchedIds } from '../../core/operation.ts'
import { Reject } from '../../core/reject.ts'

/**
 * Consecutive records that are applied to the store in one step. `touched` maps each id of the group to its
 * tenant. `reads` holds the ids of operations whose result depends on what the store holds (moves and
 * patches): no other operation of the group touches these.
 */
export interface WriteGroup {
  readonly items: readonly Item[]
  readonly touched: ReadonlyMap<string, string | undefined>
  readonly reads: ReadonlySet<string>
}

/**
 * Cuts a batch into groups, in order, so that each may safely be applied twice.
 *
 * A group may be repeated after a crash. Writes that depend on the input alone come out the same. An operation
 * that reads stored state does not, once another has written one of its ids, be it a later one
 * (`rename a→b; add a`: repeated, b becomes the new a) or an earlier one that is repeated before it
 * (`add b; rename a→b`: repeated, a is gone and b is what was added). So it shares its ids with no other
 * operation of its group, and the sink lets no uncommitted group share them either.
 * It follows that within a group only puts and deletes meet at an id, where the last one wins.
 */
export function* writeGroups(items: readonly Item[]): Generator<WriteGroup> {
  let builder = new WriteGroupBuilder()
  for (const item of items) {
    if (!builder.accepts(item)) {
      yield builder.group
      builder = new WriteGroupBuilder()
    }
    builder.add(item)
  }
  if (builder.group.items.length > 0) yield builder.group
}

/** The operation of an item; a reject and a control record have none. */
export function operationOf(item: Item): Operation | undefined {
  return item instanceof Reject ? undefined : (item as Entry).operation
}

/** A group that is being filled: `accepts` says whether an item may still be in it. */
export class WriteGroupBuilder {
  readonly #items: Item[] = []
  readonly #touched = new Map<string, string | undefined>()
  readonly #reads = new Set<string>()
  readonly group: WriteGroup = { items: this.#items, touched: this.#touched, reads: this.#reads }

  accepts(item: Item): boolean {
    const operation = operationOf(item)
    if (operation === undefined) return true
    const taken = readsStore(operation) ? this.#touched : this.#reads
    return taken.size === 0 || !touchedIds(operation).some((id) => taken.has(id))
  }

  add(item: Item): void {
    this.#items.push(item)
    const operation = operationOf(item)
    if (operation === undefined) return
    for (const id of touchedIds(operation)) {
      this.#touched.set(id, operation.tenant)
      if (readsStore(operation)) this.#reads.add(id)
    }
  }
}

function readsStore(operation: Operation): boolean {
  return operation.kind === 'move' || operation.kind === 'patch'
}
