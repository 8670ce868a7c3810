import type { StoredObject, Vector } from '../core/object.ts'

type Page = readonly StoredObject[]

/** Finds the original of an object in a page. */
export type OriginOf = (object: StoredObject) => StoredObject

/**
 * Finds the originals of transformed objects in a page: by id or, if a transform changed the id, by a vector that the
 * object kept. An object that a transform added is its own origin. Memory: the ids of the page, once asked.
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

/** The object that each vector of a page belongs to; undefined if several share it. */
function vectorsIn(page: Page): Map<Vector, StoredObject | undefined> {
  const owners = new Map<Vector, StoredObject | undefined>()
  for (const object of page)
    for (const vector of vectorsOf(object)) owners.set(vector, owners.has(vector) ? undefined : object)
  return owners
}

function vectorsOf({ vector, vectors = {} }: StoredObject): Vector[] {
  return [...(vector === undefined ? [] : [vector]), ...Object.values(vectors)]
}

/** Remembers the original of each object as long as the object exists. */
export class Origins {
  readonly #origins = new WeakMap<StoredObject, StoredObject>()

  /** Records what a page became; it may itself be made from other pages. */
  note(page: Page, made: Page): void {
    const originOf = originsIn(page)
    for (const object of made) {
      const before = originOf(object)
      if (before !== object) this.#origins.set(object, this.of(before))
    }
  }

  /** The object as it was read; the object itself if it was not changed, or was added by a transform. */
  readonly of: OriginOf = (object) => this.#origins.get(object) ?? object
}

function keyOf({ id, tenant }: StoredObject): string {
  return tenant === undefined ? id : `${id} ${tenant}`
}
