import type { StoredObject } from '../core/object.ts'

type Page = readonly StoredObject[]

/** The object of a page that another was made of. */
export type OriginOf = (object: StoredObject) => StoredObject

/**
 * Finds the objects of a page again by what was made of them, which has their ids; what a transform has added, or given
 * another id, is its own origin. Memory: the ids of the page, once it is asked.
 */
export function originsIn(page: Page): OriginOf {
  let came: Map<string, StoredObject> | undefined
  return (object) => {
    came ??= new Map(page.map((one) => [keyOf(one), one]))
    return came.get(keyOf(object)) ?? object
  }
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
