import type { StoredObject, Vector } from '../core/object.ts'

type Page = readonly StoredObject[]

/** The object of a page that another was made of. */
export type OriginOf = (object: StoredObject) => StoredObject

/**
 * Finds the objects of a page again by what was made of them: by their ids, and where a transform has given them others, by
 * a vector that they have kept. What a transform has added is its own origin. Memory: the ids of the page, once it is asked.
 */
export function originsIn(page: Page): OriginOf {
  let came: Map<string, StoredObject> | undefined
  let byVector: Map<Vector, StoredObject | undefined> | undefined
  return (object) => {
    came ??= new Map(page.map((one) => [keyOf(one), one]))
    const found = came.get(keyOf(object))
    if (found !== undefined) return found
    byVector ??= vectorsIn(page)
    for (const vector of vectorsOf(object)) {
      const origin = byVector.get(vector)
      if (origin !== undefined) return origin
    }
    return object
  }
}

/** Whose the vectors of a page are; undefined for one that several objects share. */
function vectorsIn(page: Page): Map<Vector, StoredObject | undefined> {
  const owners = new Map<Vector, StoredObject | undefined>()
  for (const object of page)
    for (const vector of vectorsOf(object)) owners.set(vector, owners.has(vector) ? undefined : object)
  return owners
}

function vectorsOf({ vector, vectors = {} }: StoredObject): Vector[] {
  return [...(vector === undefined ? [] : [vector]), ...Object.values(vectors)]
}

/** What objects were made of, for as long as these are held anywhere. */
export class Origins {
  readonly #origins = new WeakMap<StoredObject, StoredObject>()

  /** Notes what a page became, which may have been made of others itself. */
  note(page: Page, made: Page): void {
    const originOf = originsIn(page)
    for (const object of made) {
      const before = originOf(object)
      if (before !== object) this.#origins.set(object, this.of(before))
    }
  }

  /** The object that came in; itself where it came in so, or a transform has added it. */
  readonly of: OriginOf = (object) => this.#origins.get(object) ?? object
}

function keyOf({ id, tenant }: StoredObject): string {
  return tenant === undefined ? id : `${id} ${tenant}`
}
