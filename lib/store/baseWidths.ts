import type { StoredObject } from '../core/object.ts'
import type { CallOptions, Collection } from './store.ts'
import type { Widths } from './validation/vectors.ts'

interface TenantWidths {
  readonly widths: Widths
  /** True if nothing more can be found: the store named the widths, or all objects were read. */
  readonly isAll: boolean
}

/**
 * The widths that a collection requires of vectors, one tenant at a time: as its store reports them, otherwise as its
 * objects show. Objects are read without properties until a vector of each requested name is found, so all are read,
 * once, if none has that name. Memory: a page, and a number for each name and tenant.
 */
export class BaseWidths {
  readonly #base: Collection
  readonly #found = new Map<string | undefined, TenantWidths>()

  constructor(base: Collection) {
    this.#base = base
  }

  /** The widths of the names that these objects have vectors of, and maybe more. */
  async of(objects: readonly StoredObject[], call: CallOptions): Promise<Widths> {
    const names = new Set(objects.flatMap(namesOf))
    const before = this.#found.get(call.tenant)
    if (names.size === 0 || before?.isAll === true || isEvery(names, before?.widths))
      return before?.widths ?? new Map()
    const found = await this.#find(names, call)
    this.#found.set(call.tenant, found)
    return found.widths
  }

  async #find(names: ReadonlySet<string>, call: CallOptions): Promise<TenantWidths> {
    const known = await this.#base.widths?.(call)
    if (known !== undefined) return { widths: new Map(known), isAll: true }
    const widths: Widths = new Map()
    for await (const page of this.#base.read({ properties: [], vectors: true }, {}, call)) {
      for (const object of page) note(object, widths)
      if (isEvery(names, widths)) return { widths, isAll: false }
    }
    return { widths, isAll: true }
  }
}

function isEvery(names: ReadonlySet<string>, widths: Widths | undefined): boolean {
  return widths !== undefined && [...names].every((name) => widths.has(name))
}

function namesOf({ vector, vectors = {} }: StoredObject): string[] {
  return [...(vector === undefined ? [] : ['']), ...Object.keys(vectors)]
}

function note({ vector, vectors = {} }: StoredObject, widths: Widths): void {
  for (const [name, value] of Object.entries({ ...(vector && { '': vector }), ...vectors })) {
    const row = value instanceof Float32Array ? value : value[0]
    if (row !== undefined && !widths.has(name)) widths.set(name, row.length)
  }
}
