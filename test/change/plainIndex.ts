import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type OperationsOptions, operations } from '../../lib/change/operations.ts'
import { validate } from '../../lib/change/validate.ts'
import type { Entry, Item } from '../../lib/core/entry.ts'
import type { Json, StoredObject } from '../../lib/core/object.ts'
import { Reject } from '../../lib/core/reject.ts'

/** An index in memory that applies one operation after another, as plainly as can be. */
export class Index {
  readonly objects = new Map<string, StoredObject>()

  apply(items: readonly Item[]): this {
    for (const item of items) if (!(item instanceof Reject) && item.operation) this.#apply(item)
    return this
  }

  /** The object of a path, in whatever repository. */
  at(path: string): StoredObject | undefined {
    return [...this.objects.values()].find(({ properties }) => properties.file_path === path)
  }

  #apply({ operation }: Entry): void {
    if (operation?.kind === 'put') this.#set(operation.id, operation.object)
    if (operation?.kind === 'delete') for (const id of operation.ids) this.objects.delete(id)
    if (operation?.kind === 'patch')
      this.#set(operation.id, operation.revise(this.objects.get(operation.id)!))
    if (operation?.kind === 'move') {
      const carried = operation.carry(this.objects.get(operation.from), this.objects.get(operation.to))
      this.objects.delete(operation.from)
      this.#set(operation.to, carried)
    }
  }

  #set(id: string, object: StoredObject | undefined): void {
    if (object === undefined) return
    if (object.id !== id) throw new Error(`object ${object.id} under id ${id}`)
    this.objects.set(id, freeze(object))
  }
}

/** What is given to an operation must stay as it was. */
function freeze(object: StoredObject): StoredObject {
  Object.freeze(object.properties)
  return Object.freeze(object)
}

/** Records → items, through the stages `validate` and `operations`; `line` counts from 1. */
export async function itemsFor(records: readonly Json[], options: OperationsOptions = {}): Promise<Item[]> {
  const parsed = records.map((value, index) => ({ line: index + 1, end: 0, text: '', value }))
  const items: Item[] = []
  await pipeline(
    Readable.from(parsed),
    validate(),
    operations(options),
    async (read: AsyncIterable<Item>) => {
      for await (const item of read) items.push(item)
    },
  )
  return items
}

/** The index after these records, from an empty one. */
export async function indexOf(records: readonly Json[], options: OperationsOptions = {}): Promise<Index> {
  return new Index().apply(await itemsFor(records, options))
}
