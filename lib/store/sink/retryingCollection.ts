import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { noteGarbageObjects } from '../../core/memory/objectSize.ts'
import { HASH_PROPERTY, type StoredObject } from '../../core/object.ts'
import { pluralize } from '../../core/units.ts'
import type { Collection, Projection, RemoveOutcome, WriteOutcome } from '../store.ts'

const EVERYTHING: Projection = { properties: 'all', vectors: true }
const HASH_ONLY: Projection = { properties: [HASH_PROPERTY], vectors: false }

/**
 * A collection behind retries and tenants: one call here calls every tenant concerned, waits out transient errors, and
 * repeats only the objects that were not accepted yet. Its errors are final: they end the run.
 */
export class RetryingCollection {
  readonly #collection: Collection
  readonly #retry: Retrying
  readonly #signal: AbortSignal
  readonly #limits: WriteLimits | undefined

  constructor(collection: Collection, retry: Retrying, signal: AbortSignal, limits?: WriteLimits) {
    this.#collection = collection
    this.#limits = limits
    this.#retry = retry
    this.#signal = signal
  }

  /** The same calls, each made once: for a decision that a later attempt would have to make again. */
  unrepeated(): RetryingCollection {
    return new RetryingCollection(this.#collection, (call) => call(), this.#signal, this.#limits)
  }

  /** Whole objects, by id. `ids` maps each id to its tenant. */
  objects(ids: ReadonlyMap<string, string | undefined>): Promise<Map<string, StoredObject>> {
    return this.#read(ids, EVERYTHING, true)
  }

  /** The record hashes of the existing objects with those ids. */
  async hashes(ids: ReadonlyMap<string, string | undefined>): Promise<Map<string, unknown>> {
    const found = await this.#read(ids, HASH_ONLY, false)
    return new Map([...found].map(([id, object]) => [id, object.properties[HASH_PROPERTY]]))
  }

  /** The existing objects with those ids, of one tenant, by id. */
  async find(
    ids: readonly string[],
    projection: Projection,
    tenant?: string,
  ): Promise<Map<string, StoredObject>> {
    const call = { ...this.#call(tenant), provesAbsence: true }
    const objects = await this.#retry(() => this.#collection.readMany(ids, projection, call))
    noteGarbageObjects(objects)
    return new Map(objects.map((object) => [object.id, object]))
  }

  /** Writes objects; returns what the store refused for good, by id, with its message. */
  async write(objects: readonly StoredObject[]): Promise<Map<string, string>> {
    const refused = new Map<string, string>()
    for (const [tenant, group] of Map.groupBy(objects, (object) => object.tenant)) {
      const send = (some: readonly StoredObject[]) => {
        noteGarbageObjects(some)
        return this.#collection.write(some, this.#call(tenant))
      }
      for (const piece of pieces(group, this.#limits)) {
        for (const [object, outcome] of await this.#untilTaken(piece, send)) {
          if (!outcome.ok) refused.set(object.id, outcome.reason ?? 'refused without a reason')
        }
      }
    }
    return refused
  }

  /** Removes ids; returns which of them had an object, and what was refused for good. */
  async remove(ids: ReadonlyMap<string, string | undefined>): Promise<RemovalOutcome> {
    const existed = new Set<string>()
    const refused = new Map<string, string>()
    for (const [tenant, group] of Map.groupBy([...ids.keys()], (id) => ids.get(id))) {
      const send = (some: readonly string[]) => this.#collection.remove(some, this.#call(tenant))
      for (const [id, outcome] of await this.#untilTaken<string, RemoveOutcome>(group, send)) {
        if (outcome.existed) existed.add(id)
        if (!outcome.ok) refused.set(id, outcome.reason ?? 'refused without a reason')
      }
    }
    return { existed, refused }
  }

  async #read(
    ids: ReadonlyMap<string, string | undefined>,
    projection: Projection,
    provesAbsence: boolean,
  ): Promise<Map<string, StoredObject>> {
    const objectsById = new Map<string, StoredObject>()
    for (const [tenant, group] of Map.groupBy([...ids.keys()], (id) => ids.get(id))) {
      const call = { ...this.#call(tenant), provesAbsence }
      const objects = await this.#retry(() => this.#collection.readMany(group, projection, call))
      noteGarbageObjects(objects)
      for (const object of objects) objectsById.set(object.id, object)
    }
    return objectsById
  }

  /** Sends until each item has a final answer; repeats those with a transient one. */
  async #untilTaken<T, O extends WriteOutcome>(
    items: readonly T[],
    send: (items: readonly T[]) => Promise<O[]>,
  ): Promise<Map<T, O>> {
    const answers = new Map<T, O>()
    let waiting = items
    await this.#retry(async () => {
      const outcomes = await send(waiting)
      waiting.forEach((item, index) => {
        answers.set(item, outcomes[index]!)
      })
      waiting = waiting.filter((_, index) => outcomes[index]!.retryable === true && !outcomes[index]!.ok)
      if (waiting.length > 0) throw notTaken(waiting.length, answers.get(waiting[0]!)?.reason)
    })
    return answers
  }

  #call(tenant: string | undefined): { signal: AbortSignal; tenant?: string } {
    return tenant === undefined ? { signal: this.#signal } : { signal: this.#signal, tenant }
  }
}

/** The largest size of one write call. */
export interface WriteLimits {
  readonly count: number
  readonly chars: number
}

/** Objects in pieces within the limits; a larger object gets its own piece. */
function* pieces(
  objects: readonly StoredObject[],
  limits: WriteLimits | undefined,
): Generator<readonly StoredObject[]> {
  if (limits === undefined) {
    yield objects
    return
  }
  let piece: StoredObject[] = []
  let chars = 0
  for (const object of objects) {
    const { content } = object.properties
    const more = typeof content === 'string' ? content.length : 0
    if (piece.length > 0 && (piece.length >= limits.count || chars + more > limits.chars)) {
      yield piece
      piece = []
      chars = 0
    }
    piece.push(object)
    chars += more
  }
  yield piece
}

/** The outcome of a removal: ids that existed, and those refused, with the reason. */
export interface RemovalOutcome {
  readonly existed: ReadonlySet<string>
  readonly refused: ReadonlyMap<string, string>
}

function notTaken(count: number, reason: string | undefined): ElysiaError {
  const message = `the store does not take ${pluralize(count, 'object')}: ${reason ?? 'no reason given'}`
  return new ElysiaError('ELYSIA_STORE', message, { retryable: true })
}
