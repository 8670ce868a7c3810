import type { StoredObject, Vector } from '../../core/object.ts'

/** The widths of vectors by name over a complete archive: an index takes one width. Memory: a number for each name. */
export class VectorWidths {
  readonly #known = new Map<string, number>()

  /** The first vector of a page whose width differs from those before it, as a sentence. */
  fault(page: readonly StoredObject[]): string | undefined {
    for (const { id, vector, vectors } of page) {
      const fault =
        this.#check(id, '', vector) ??
        Object.entries(vectors ?? {})
          .map(([name, one]) => this.#check(id, name, one))
          .find((one) => one !== undefined)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #check(id: string, name: string, vector: Vector | undefined): string | undefined {
    const width = vector instanceof Float32Array ? vector.length : vector?.[0]?.length
    if (width === undefined) return undefined
    const known = this.#known.get(name) ?? width
    this.#known.set(name, known)
    const which = name === '' ? 'a vector' : `a vector ${name}`
    return known === width ? undefined : `${id} has ${which} of ${width} numbers, others have ${known}`
  }
}
