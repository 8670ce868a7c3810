import { nameStage } from '../../../core/channel/stages.ts'
import type { StoredObject, Vector } from '../../../core/object.ts'
import type { Stage } from '../../../core/stage.ts'
import type { CollectionSchema } from '../../../store/store.ts'
import { type VectorCheck, vectorCheck, type Widths } from '../../../store/validation/vectors.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { RefusedObject } from '../part/tally.ts'

type Page = readonly StoredObject[]

/**
 * Checks the vectors of all objects against their class and each other: name, kind (one vector or several), rows of
 * equal width, and, within each tenant, the width of its other vectors: those that exist, otherwise that of most in the
 * first page. Refuses misfits before they are written: a server that indexes asynchronously would accept them and never
 * find them. Memory: a number for each vector of each tenant.
 */
export class CheckedVectors {
  readonly #check: VectorCheck
  readonly #widths = new Map<string | undefined, Promise<Widths>>()
  #there: ((tenant: string | undefined) => Promise<Page>) | undefined

  constructor(schema: CollectionSchema) {
    this.#check = vectorCheck(schema)
  }

  /** Sets how to read some existing objects of a tenant. */
  startFrom(there: (tenant: string | undefined) => Promise<Page>): void {
    this.#there = there
  }

  /** Pages → pages of objects whose vectors fit. Memory: a page. */
  stage(onRefused: (refused: readonly RefusedObject[]) => void): Stage<Page, Page> {
    return nameStage(
      'check vectors',
      mapChunks(async (page: Page) => {
        const refused: RefusedObject[] = []
        for (const [tenant, group] of Map.groupBy(page.filter(hasVectors), (object) => object.tenant))
          refused.push(...this.#refusedOf(group, await this.#widthsOf(tenant)))
        if (refused.length === 0) return page
        onRefused(refused)
        const gone = new Set(refused.map(({ object }) => object))
        return page.filter((object) => !gone.has(object))
      }),
    )
  }

  #refusedOf(group: Page, widths: Widths): readonly RefusedObject[] {
    fix(group, widths)
    const unfixed: Widths = new Map()
    return group.flatMap((object): RefusedObject[] => {
      const reason = this.#check(object, widths, unfixed)
      return reason === undefined ? [] : [{ object, code: 'vector_mismatch', reason }]
    })
  }

  #widthsOf(tenant: string | undefined): Promise<Widths> {
    let found = this.#widths.get(tenant)
    if (found === undefined) {
      found = this.#found(tenant)
      this.#widths.set(tenant, found)
    }
    return found
  }

  async #found(tenant: string | undefined): Promise<Widths> {
    const widths: Widths = new Map()
    fix((await this.#there?.(tenant)) ?? [], widths)
    return widths
  }
}

function hasVectors({ vector, vectors }: StoredObject): boolean {
  return vector !== undefined || vectors !== undefined
}

/** Adds the most frequent widths in these objects for vectors whose width is unknown. */
function fix(objects: Page, widths: Widths): void {
  const counts = new Map<string, Map<number, number>>()
  for (const { vector, vectors } of objects) {
    if (vector !== undefined && !widths.has('')) count(counts, '', vector)
    for (const name in vectors) if (!widths.has(name)) count(counts, name, vectors[name]!)
  }
  for (const [name, found] of counts) widths.set(name, mostOf(found))
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
