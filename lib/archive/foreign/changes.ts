/** Changes made to objects of another store or program while reading them; each kind is counted. */
const CHANGES = {
  ids: 'ids that are not UUIDs: the object has the UUIDv5 of it, and the old one as a property',
  vectors_rounded: 'vectors with numbers that a float32 does not hold exactly: the nearest was taken',
  numbers_rounded: 'decimals with more digits than a 64-bit float holds: the nearest was taken',
  sparse_vectors: 'sparse vectors, for which there is no index: left out',
  names: 'fields whose names no property may have: renamed',
  fields: 'fields that say nothing of the object: left out',
} as const

/** A kind of change to foreign objects. */
export type ForeignChange = keyof typeof CHANGES

/** Counts such changes without keeping any object. */
export class ForeignChanges {
  readonly #counts = new Map<ForeignChange, number>()

  note(change: ForeignChange, count = 1): void {
    if (count === 0) return
    this.#counts.set(change, (this.#counts.get(change) ?? 0) + count)
  }

  /** The kinds that occurred, with their counts. */
  list(): Partial<Record<ForeignChange, number>> {
    return Object.fromEntries(this.#counts)
  }
}
