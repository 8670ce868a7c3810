import { exactJson } from '../../core/exactJson.ts'
import type { JsonObject, StoredObject, Vector } from '../../core/object.ts'
import type { WholeNumbers } from '../../core/value/wholeNumbers.ts'
import type { Projection, TenantState } from '../store.ts'
import type { ObjectLinks } from '../validation/references.ts'
import type { Widths } from '../validation/vectors.ts'

/** A stored object: its properties and references as JSON text, its vectors as copies. */
interface StoredRow {
  readonly json: string
  readonly vector: Float32Array | undefined
  readonly vectors: Readonly<Record<string, Vector>> | undefined
  readonly links: string | undefined
  readonly createdMs: number
  readonly updatedMs: number
}

/** The objects of one tenant, in memory. Objects are copied in and out. */
export class TenantStore {
  /** The widths of the vectors here. */
  readonly widths: Widths = new Map()
  state: TenantState = 'active'
  readonly #rows = new Map<string, StoredRow>()
  #order: readonly string[] | undefined

  get size(): number {
    return this.#rows.size
  }

  has(id: string): boolean {
    return this.#rows.has(id)
  }

  put({ id, properties, vector, vectors, createdMs, updatedMs = Date.now() }: StoredObject): void {
    const before = this.#rows.get(id)
    if (before === undefined) this.#order = undefined
    this.#rows.set(id, {
      json: exactJson(properties),
      vector: vector?.slice(),
      vectors: vectors && copies(vectors),
      links: undefined,
      createdMs: createdMs ?? before?.createdMs ?? updatedMs,
      updatedMs,
    })
  }

  /** Changes the references of an existing object. */
  link(id: string, change: (links: ObjectLinks | undefined) => ObjectLinks): void {
    const row = this.#rows.get(id)!
    const links = JSON.stringify(change(linksOf(row)))
    this.#rows.set(id, { ...row, links, updatedMs: Date.now() })
  }

  take(id: string, projection: Projection, { parse }: WholeNumbers): StoredObject | undefined {
    const row = this.#rows.get(id)
    if (row === undefined) return undefined
    const { vector, vectors, createdMs, updatedMs } = row
    return {
      id,
      properties: {
        ...chosen(parse(row.json), projection.properties),
        ...(projection.references && linksOf(row)),
      },
      ...(projection.vectors && vector !== undefined ? { vector: vector.slice() } : undefined),
      ...(projection.vectors && vectors !== undefined ? { vectors: copies(vectors) } : undefined),
      ...(projection.times && { createdMs, updatedMs }),
    }
  }

  remove(id: string): boolean {
    return this.#rows.delete(id)
  }

  /** The next ids in order, at most `limit`. */
  idsAfter(after: string | undefined, upTo: string | undefined, limit: number): string[] {
    // Ids that were removed stay in the order until the next new one: removing while reading costs no sorting.
    this.#order ??= [...this.#rows.keys()].sort()
    const ids: string[] = []
    for (let at = firstAfter(this.#order, after); at < this.#order.length && ids.length < limit; at += 1) {
      const id = this.#order[at]!
      if (upTo !== undefined && id > upTo) break
      if (this.#rows.has(id)) ids.push(id)
    }
    return ids
  }
}

function firstAfter(order: readonly string[], after: string | undefined): number {
  if (after === undefined) return 0
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order[middle]! <= after) low = middle + 1
    else high = middle
  }
  return low
}

function linksOf({ links }: StoredRow): ObjectLinks | undefined {
  return links === undefined ? undefined : (JSON.parse(links) as ObjectLinks)
}

function chosen(all: JsonObject, names: Projection['properties']): JsonObject {
  if (names === 'all') return all
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(all, name)).map((name) => [name, all[name]!]),
  )
}

function copies(vectors: Readonly<Record<string, Vector>>): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(vectors).map(([name, vector]) => [
      name,
      vector instanceof Float32Array ? vector.slice() : vector.map((row) => row.slice()),
    ]),
  )
}
