import type { Item } from '../../../core/entry.ts'
import { WriteGroupBuilder } from '../../../store/sink/writeGroup.ts'
import { itemBytes } from '../stages.ts'

/** Limits of a batch. */
export interface BatchLimits {
  /** Records to be applied. */
  readonly count: number
  readonly bytes: number
  /** True if a batch is written in one step: it then ends where the sink would begin another. */
  readonly oneGroup: boolean
}

/** So many left-out records count as one applied record. */
const LEFT_OUT = 16

/** A batch that is being filled. */
export class FillingBatch {
  readonly #limits: BatchLimits
  #items: Item[] = []
  #count = 0
  #bytes = 0
  #group: WriteGroupBuilder | undefined

  constructor(limits: BatchLimits) {
    this.#limits = limits
    this.#group = limits.oneGroup ? new WriteGroupBuilder() : undefined
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  /** True if the batch must end before this item. */
  isFullFor(item: Item): boolean {
    if (this.#items.length === 0) return false
    const { count, bytes } = this.#limits
    if (this.#count >= count || this.#bytes >= bytes) return true
    if (isLeftOut(item)) return false
    return this.#bytes + itemBytes(item) > bytes || this.#group?.accepts(item) === false
  }

  add(item: Item): void {
    this.#items.push(item)
    this.#count += isLeftOut(item) ? 1 / LEFT_OUT : 1
    this.#bytes += isLeftOut(item) ? 0 : itemBytes(item)
    this.#group?.add(item)
  }

  /** Takes the batch and begins another; undefined if it is empty. */
  take(): Item[] | undefined {
    if (this.#items.length === 0) return undefined
    const items = this.#items
    this.#items = []
    this.#count = 0
    this.#bytes = 0
    if (this.#group !== undefined) this.#group = new WriteGroupBuilder()
    return items
  }
}

function isLeftOut(item: Item): boolean {
  return 'supersededBy' in item && item.supersededBy !== undefined && item.operation === undefined
}
