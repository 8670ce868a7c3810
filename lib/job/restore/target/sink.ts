import { Writable } from 'node:stream'
import type { Semaphore } from '../../../async/semaphore.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Calls } from '../../../store/sink/retryingCollection.ts'
import type { SplitObject, SplitReferences } from '../../../transform/object/references.ts'
import type { Refused, Settled } from '../tally.ts'

/** What the sinks of one restore share, and what each is told. */
export interface RestoreSinkOptions {
  readonly calls: Calls
  /** Batches in flight at once, of all parts together. */
  readonly slots: Semaphore
  readonly split: SplitReferences
  /** Called before a tenant is first written to. */
  readonly onTenant: (tenant: string) => Promise<void>
  /** Called with every batch once all its objects have their outcome; in no order. */
  readonly onSettled: (settled: Settled) => void | Promise<void>
  /** Once aborted no batch is begun any more; those in flight are finished. */
  readonly stop: AbortSignal
}

/**
 * Batches of objects → a collection, several at once and in no order, since their ids differ; written without
 * their references. What is transient is waited out; an object that the store refuses for good is an outcome.
 * Memory: a batch for each slot it holds, and one that waits for the next.
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

  override _write(batch: readonly StoredObject[], _: BufferEncoding, done: (error?: Error) => void): void {
    this.#begin(batch).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    Promise.all(this.#running).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    Promise.allSettled(this.#running).then(() => done(error))
  }

  /** Resolves when the batch is in flight. */
  async #begin(batch: readonly StoredObject[]): Promise<void> {
    const { slots, stop } = this.#options
    const release = await slots.take()
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

  async #settle(batch: readonly StoredObject[]): Promise<void> {
    const { calls, split, onTenant, onSettled } = this.#options
    const written: SplitObject[] = []
    const refused: Refused[] = []
    for (const [tenant, group] of Map.groupBy(batch, (object) => object.tenant)) {
      if (tenant !== undefined) await onTenant(tenant)
      const { last, repeated } = distinct(group)
      const fitted = last.map(split)
      const refusals = await calls.write(fitted.map(({ object }) => object))
      fitted.forEach((one, at) => {
        const reason = refusals.get(one.object.id)
        if (reason === undefined) written.push(one)
        else refused.push({ object: last[at]!, reason })
      })
      refused.push(...repeated.map((object) => ({ object, reason: REPEATED })))
    }
    await onSettled({ written, refused })
  }
}

const REPEATED = 'its id stands twice: the later object was written'

/** A source in no order may name an id twice; one write holds it once. */
function distinct(objects: readonly StoredObject[]) {
  const byId = new Map(objects.map((object) => [object.id, object]))
  if (byId.size === objects.length) return { last: objects, repeated: [] }
  return {
    last: [...byId.values()],
    repeated: objects.filter((object) => byId.get(object.id) !== object),
  }
}
