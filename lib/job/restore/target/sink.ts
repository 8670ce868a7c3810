import { Writable } from 'node:stream'
import type { Semaphore } from '../../../async/semaphore.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Resolution, Resolver } from '../conflict/resolve.ts'
import type { BatchOutcome, RefusedObject } from '../part/tally.ts'

/** What the sinks of one restore share, and their callbacks. */
export interface RestoreSinkOptions {
  readonly calls: RetryingCollection
  /** Limits the batches in flight of all parts together. */
  readonly semaphore: Semaphore
  /** Called for every batch once all its objects have their outcome; in any order. */
  readonly onSettled: (settled: BatchOutcome) => void | Promise<void>
  /** Decides which objects of a batch are sent; without it, all are. */
  readonly resolve?: Resolver | undefined
  /** Once aborted, no new batch begins; those in flight are finished. */
  readonly stop: AbortSignal
}

/**
 * Batches of objects, split from their references → a collection, several at once and in any order, since their ids
 * differ. Waits out transient errors; an object that the store refuses for good is an outcome. Memory: a batch for each
 * slot it holds, and one that waits for the next.
 */
export function restoreSink(options: RestoreSinkOptions): Writable {
  return new RestoreSink(options)
}

class RestoreSink extends Writable {
  readonly #options: RestoreSinkOptions
  readonly #running = new Set<Promise<void>>()

  constructor(options: RestoreSinkOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#options = options
  }

  override _write(batch: readonly SplitObject[], _: BufferEncoding, done: (error?: Error) => void): void {
    this.#begin(batch).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    Promise.all(this.#running).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    Promise.allSettled(this.#running).then(() => done(error))
  }

  /** Resolves when the batch is in flight. */
  async #begin(batch: readonly SplitObject[]): Promise<void> {
    const { semaphore, stop } = this.#options
    const release = await semaphore.take()
    if (stop.aborted || this.destroyed) {
      release()
      throw stop.reason
    }
    const running = this.#settle(batch).finally(() => {
      release()
      this.#running.delete(running)
    })
    this.#running.add(running)
    running.catch((error) => this.destroy(error))
  }

  async #settle(batch: readonly SplitObject[]): Promise<void> {
    const { calls, onSettled, resolve } = this.#options
    const written: SplitObject[] = []
    const refused: RefusedObject[] = []
    const unchanged: SplitObject[] = []
    const skipped: SplitObject[] = []
    for (const group of Map.groupBy(batch, ({ object }) => object.tenant).values()) {
      const resolved = await resolve?.(group, calls)
      unchanged.push(...(resolved?.unchanged ?? []))
      skipped.push(...(resolved?.skipped ?? []))
      refused.push(...(resolved?.refused ?? []))
      const due = resolved?.due ?? group
      const refusals = due.length === 0 ? NONE : await send(due, calls, resolved)
      if (refusals === undefined) {
        skipped.push(...due)
        continue
      }
      const lost = await putBack(calls, resolved, refusals)
      for (const split of due) {
        const reason = refusals.get(split.object.id)
        const loss = lost.has(split.object.id) ? LOST : ''
        if (reason === undefined) written.push(split)
        else refused.push({ object: split.source, code: 'store_rejected', reason: `${reason}${loss}` })
      }
    }
    await onSettled({ written, refused, unchanged, skipped })
  }
}

const NONE: ReadonlyMap<string, string> = new Map()

/** What the store refused, by id; undefined if the objects stay for a later look. */
function send(
  due: readonly SplitObject[],
  calls: RetryingCollection,
  resolved: Resolution | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  return resolved?.send?.(calls) ?? calls.write(due.map(({ object }) => object))
}

const LOST =
  '; its former state was removed for it, and is not back: `elysiactl col rollback` restores what was kept'

/**
 * Puts back what was removed for objects that the store then refused: without references, which an undo has. Returns the
 * ids of those that are not back.
 */
async function putBack(
  calls: RetryingCollection,
  { removed, removedBefore }: Pick<Resolution, 'removed' | 'removedBefore'> = {},
  refusals: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string>> {
  const ids = [...refusals.keys()]
  if (removed === undefined || ids.length === 0) return new Set()
  const absent = ids.filter((id) => !removed.has(id))
  const before = absent.length === 0 ? undefined : await removedBefore?.(absent)
  const lost = ids.flatMap((id) => removed.get(id) ?? before?.get(id) ?? [])
  if (lost.length === 0) return new Set()
  const again = await calls.write(lost.map(withoutReferences))
  return new Set(again.keys())
}

function withoutReferences({ properties, ...object }: StoredObject): StoredObject {
  const own = Object.entries(properties).filter(([, value]) => !isLinks(value))
  return { ...object, properties: Object.fromEntries(own) }
}

function isLinks(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => typeof one?.beacon === 'string')
}
