import { isLimited, scaledToMemory } from '../core/memory/limits.ts'
import { lineLength, noteGarbageObjects } from '../core/memory/objectSize.ts'
import type { StoredObject } from '../core/object.ts'

/** The most ids of one call. */
const MOST_IDS = 500
/** About how many bytes the objects of one call have. */
const PIECE_BYTES = 16 * 1024 * 1024
/** A call for small objects may be followed by one for large ones. */
const GROWTH = 4

/** Some ids, and those of their objects that exist. */
export interface ObjectBatch {
  readonly ids: readonly string[]
  readonly objects: readonly StoredObject[]
}

/**
 * Reads objects by their ids in pieces that take about 16 MiB each, less under a limit on memory, and at most 500 ids:
 * learns from each piece how large the next may be, so keep one for a job. The first has 500 ids, or one under a limit.
 * Memory: a piece.
 */
export class ObjectBatches {
  #ids = isLimited() ? 1 : MOST_IDS

  /** In the order of the ids, one call of `read` for each piece. Errors: those of `read` */
  async *read(
    ids: readonly string[],
    read: (ids: readonly string[]) => Promise<readonly StoredObject[]>,
  ): AsyncGenerator<ObjectBatch> {
    for (let at = 0; at < ids.length; ) {
      const some = ids.slice(at, at + this.#ids)
      const objects = await read(some)
      at += some.length
      this.#learn(some.length, objects)
      yield { ids: some, objects }
    }
  }

  #learn(ids: number, objects: readonly StoredObject[]): void {
    noteGarbageObjects(objects)
    const bytes = objects.reduce((sum, object) => sum + lineLength(object), 1)
    const fitting = Math.floor((scaledToMemory(PIECE_BYTES) * ids) / bytes)
    this.#ids = Math.max(1, Math.min(fitting, GROWTH * this.#ids, MOST_IDS))
  }
}
