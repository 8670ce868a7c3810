/**
 * The ids of writes whose answer was lost. A server that was killed in the middle of a batch may hold objects that are
 * not in its index of ids: they are counted and listed, but a look-up or a deletion by id does not find them, and to
 * write it again does not mend it, because it keeps its number there (seen on 1.40). What was acknowledged is safe.
 * Memory: an id for each object in flight when a connection broke, until it is written.
 */
export class LostWrites {
  readonly #ids = new Map<string, Set<string>>()

  add(name: string, tenant: string | undefined, ids: Iterable<string>): void {
    const key = keyOf(name, tenant)
    const known = this.#ids.get(key) ?? new Set()
    this.#ids.set(key, known)
    for (const id of ids) known.add(id.toLowerCase())
  }

  has(name: string, tenant: string | undefined, id: string): boolean {
    return this.#ids.get(keyOf(name, tenant))?.has(id.toLowerCase()) === true
  }

  /** Forgets ids that are known to be found. */
  settle(name: string, tenant: string | undefined, ids: Iterable<string>): void {
    const key = keyOf(name, tenant)
    const known = this.#ids.get(key)
    if (known === undefined) return
    for (const id of ids) known.delete(id.toLowerCase())
    if (known.size === 0) this.#ids.delete(key)
  }

  /** True if no answer was lost, or all of it was written since. */
  get isEmpty(): boolean {
    return this.#ids.size === 0
  }
}

function keyOf(name: string, tenant = ''): string {
  return `${name} ${tenant}`
}
