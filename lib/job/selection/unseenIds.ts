import type { Duplex } from 'node:stream'
import { nameStage } from '../../core/channel/stages.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Emit } from '../../run/context.ts'
import { mapChunks } from '../../stream/mapChunks.ts'

const IDS_NAMED = 1000

/** The requested ids, minus those of the objects that have come. */
export class UnseenIds {
  readonly #ids: Set<string>

  constructor(ids: readonly string[] = []) {
    this.#ids = new Set(ids)
  }

  /** The remaining ids, in order. */
  get list(): string[] {
    return [...this.#ids].sort()
  }

  get size(): number {
    return this.#ids.size
  }

  /** Reports which of them have no object. */
  notify(emit: Emit, collection: string): void {
    if (this.size === 0) return
    emit({ type: 'objects_not_found', collection, objects: this.size, ids: this.list.slice(0, IDS_NAMED) })
  }

  note(ids: Iterable<string>): void {
    for (const id of ids) this.#ids.delete(id)
  }

  /** A stage that notes the objects flowing through it; no stage if no ids were requested. */
  stages(): Duplex[] {
    if (this.#ids.size === 0) return []
    return [
      nameStage(
        'note ids',
        mapChunks((page: readonly StoredObject[]) => {
          for (const { id } of page) this.#ids.delete(id)
          return page
        }),
      ),
    ]
  }
}
