import type { StoredObject, Vector } from '../../../core/object.ts'
import type { Stage } from '../../../core/stage.ts'
import type { CollectionSchema } from '../../../store/store.ts'
import { type VectorCheck, vectorCheck, type Widths } from '../../../store/validation/vectors.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { Refused } from '../tally.ts'

type Page = readonly StoredObject[]

/**
 * Holds the vectors of all objects of a restore against their class and against each other: name, kind (one vector or
 * several), rows of one width, and, of each tenant, the width that its other objects have: that of most of the first page
 * with such a vector. What does not fit is refused before it is written: a server that indexes asynchronously would take
 * it, and never find it. Memory: a number for each vector of each tenant.
 */
export class CheckedVectors {
  readonly #check: VectorCheck
  readonly #widths = new Map<string | undefined, Widths>()

  constructor(schema: CollectionSchema) {
    this.#check = vectorCheck(schema)
  }

  /** Pages → pages of objects whose vectors fit. Memory: a page. */
  stage(onRefused: (refused: readonly Refused[]) => void): Stage<Page, Page> {
    return mapChunks((page: Page) => {
      const refused = this.#refusedOf(page)
      if (refused.length === 0) return page
      onRefused(refused)
      const gone = new Set(refused.map(({ object }) => object))
      return page.filter((object) => !gone.has(object))
    })
  }

  #refusedOf(page: Page): readonly Refused[] {
    const refused: Refused[] = []
    for (const [tenant, group] of Map.groupBy(page, (object) => object.tenant)) {
      const widths = this.#widthsOf(tenant, group)
      for (const object of group) {
        if (object.vector === undefined && object.vectors === undefined) continue
        const reason = this.#check(object, widths, new Map())
        if (reason !== undefined) refused.push({ object, code: 'vector_mismatch', reason })
      }
    }
    return refused
  }

  /** With those that a page fixes: of a vector that none of its tenant had before. */
  #widthsOf(tenant: string | undefined, group: Page): Widths {
    const widths = this.#widths.get(tenant) ?? new Map()
    this.#widths.set(tenant, widths)
    const counts = new Map<string, Map<number, number>>()
    for (const { vector, vectors } of group) {
      if (vector !== undefined && !widths.has('')) count(counts, '', vector)
      for (const name in vectors) if (!widths.has(name)) count(counts, name, vectors[name]!)
    }
    for (const [name, found] of counts) widths.set(name, mostOf(found))
    return widths
  }
}

function count(counts: Map<string, Map<number, number>>, name: string, vector: Vector): void {
  const width = vector instanceof Float32Array ? vector.length : (vector[0]?.length ?? 0)
  if (width === 0) return
  const found = counts.get(name) ?? new Map<number, number>()
  found.set(width, (found.get(width) ?? 0) + 1)
  counts.set(name, found)
}

function mostOf(found: ReadonlyMap<number, number>): number {
  return [...found].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}
