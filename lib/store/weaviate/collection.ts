import type { StoredObject } from '../../core/object.ts'
import type { StoreCondition } from '../condition.ts'
import type {
  CallOptions,
  Collection,
  Link,
  Projection,
  Range,
  RemoveOutcome,
  WriteOutcome,
} from '../store.ts'
import type { Context } from './context.ts'
import { count } from './count.ts'
import { appendReferences } from './link.ts'
import { readMany, readNewest } from './newest.ts'
import { removeIds } from './remove.ts'
import { idsWhere } from './search.ts'
import { writeFound } from './writeFound.ts'

/** A collection of a cluster. @see Collection */
export class WeaviateCollection implements Collection {
  readonly name: string
  readonly #context: Context

  constructor(context: Context) {
    this.name = context.name
    this.#context = context
  }

  read(projection: Projection, range: Range = {}, call: CallOptions = {}): AsyncIterable<StoredObject[]> {
    return readNewest(this.#context, projection, range, call)
  }

  readMany(ids: readonly string[], projection: Projection, call: CallOptions = {}): Promise<StoredObject[]> {
    return readMany(this.#context, ids, projection, call)
  }

  write(objects: readonly StoredObject[], call: CallOptions = {}): Promise<WriteOutcome[]> {
    return writeFound(this.#context, objects, call)
  }

  link(links: readonly Link[], call: CallOptions = {}): Promise<WriteOutcome[]> {
    return appendReferences(this.#context, links, call)
  }

  remove(ids: readonly string[], call: CallOptions = {}): Promise<RemoveOutcome[]> {
    return removeIds(this.#context, ids, call)
  }

  count(call: CallOptions = {}): Promise<number> {
    return count(this.#context, call)
  }

  idsWhere(
    conditions: readonly StoreCondition[],
    range: Range = {},
    call: CallOptions = {},
  ): AsyncIterable<string[]> {
    return idsWhere(this.#context, conditions, range, call)
  }

  countWhere(conditions: readonly StoreCondition[], call: CallOptions = {}): Promise<number> {
    return count(this.#context, call, conditions)
  }
}
