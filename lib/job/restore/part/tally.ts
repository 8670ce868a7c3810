import { ObjectsDigest, vectorsOf } from '../../../archive/object/digest.ts'
import type { StoredObject } from '../../../core/object.ts'
import { sumCounts } from '../../../core/report.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { PartFacts } from '../progressTable.ts'
import type { CountsByCode, RestoreRejectCode } from '../reasons.ts'
import type { VectorPresence } from '../vectors/presence.ts'

/** A refused object, and why; for the store, in its own words. */
export interface RefusedObject {
  readonly object: StoredObject
  readonly code: RestoreRejectCode
  readonly reason: string
  /** The line that held it, if that is known: the id of a repeated one does not tell which it was. */
  readonly line?: number
}

/** An object whose id appears twice in its source. */
export function repeatedId(object: StoredObject, reason: string, line?: number): RefusedObject {
  return { object, code: 'repeated_id', reason, ...(line !== undefined && { line }) }
}

/** The outcome of one batch. */
export interface BatchOutcome {
  readonly written: readonly SplitObject[]
  readonly refused: readonly RefusedObject[]
  /** In an existing class: objects that need not be sent. */
  readonly unchanged?: readonly SplitObject[]
  /** In an existing class: objects that yield to the existing ones. */
  readonly skipped?: readonly SplitObject[]
}

/** Counts the outcomes of a part's objects. */
export class PartTally {
  readonly #digest: ObjectsDigest | undefined
  readonly #compared: (object: StoredObject) => StoredObject
  readonly #lasting: PermanentTally | undefined
  readonly #brought: SourceTally | undefined
  readonly #presence: VectorPresence | undefined
  readonly #rejected: Record<string, number> = {}
  readonly #discarded: Record<string, number> = {}
  #written = 0
  #unchanged = 0
  #unchangedVectors = 0
  #skipped = 0
  #filtered = 0
  #added = 0
  #vectors = 0
  #references = 0
  #absent = 0

  /**
   * `compared` reduces an object to what the store must return, if it does not expire. `hashes`: the objects will be
   * read back. @see normalizer
   */
  constructor(
    compared: (object: StoredObject) => StoredObject,
    hashes: boolean,
    mayExpire?: ExpiryCheck,
    presence?: VectorPresence,
  ) {
    this.#compared = compared
    this.#digest = hashes ? new ObjectsDigest() : undefined
    this.#lasting = mayExpire && new PermanentTally(mayExpire)
    this.#presence = presence
    this.#brought = presence && (presence.made.size === 0 ? undefined : new SourceTally(presence))
  }

  add({ written, refused, unchanged = [], skipped = [] }: BatchOutcome): void {
    for (const { expected, links } of written) {
      const compared = this.#compared(expected)
      this.#digest?.add(compared)
      this.#lasting?.add(compared)
      this.#brought?.add(compared)
      this.#absent += this.#presence?.absent(expected) ?? 0
      this.#vectors += vectorsOf(expected)
      for (const { beacons } of links) this.#references += beacons.length
    }
    this.#written += written.length
    for (const { expected } of unchanged) {
      const compared = this.#compared(expected)
      this.#digest?.add(compared)
      this.#brought?.add(compared)
      this.#unchangedVectors += vectorsOf(expected)
    }
    this.#unchanged += unchanged.length
    this.#skipped += skipped.length
    for (const { code } of refused) this.refuse(code)
  }

  /** Refuses what could not even be tried: it is not an object, or its id appeared before. */
  refuse(code: RestoreRejectCode): void {
    this.#rejected[code] = (this.#rejected[code] ?? 0) + 1
  }

  /** Adds objects that a transform made from others. */
  addMade(objects: number): void {
    this.#added += objects
  }

  /** Adds values of properties that the class does not have. */
  discard(values: CountsByCode): void {
    for (const [name, count] of Object.entries(values))
      this.#discarded[name] = (this.#discarded[name] ?? 0) + count
  }

  /** Adds what was not selected. */
  leaveOut(objects: number): void {
    this.#filtered += objects
  }

  facts(): PartFacts {
    return {
      objects: this.#written + this.#unchanged + this.#filtered + this.#skipped + sumCounts(this.#rejected),
      written: this.#written,
      ...(this.#unchanged > 0 && { unchanged: this.#unchanged, unchangedVectors: this.#unchangedVectors }),
      ...(this.#filtered > 0 && { filtered: this.#filtered }),
      ...(this.#added > 0 && { added: this.#added }),
      ...(this.#skipped > 0 && { skipped: { exists: this.#skipped } }),
      rejected: { ...this.#rejected },
      ...(Object.keys(this.#discarded).length > 0 && { discarded: { ...this.#discarded } }),
      vectors: this.#vectors,
      references: this.#references,
      ...(this.#digest && { digest: this.#digest.hex() }),
      ...(this.#lasting && { lasting: this.#lasting.facts() }),
      ...(this.#brought && { brought: this.#brought.facts() }),
      ...(this.#absent > 0 && { absent: this.#absent }),
      linked: this.#references === 0,
      referencesRejected: 0,
    }
  }
}

/** True for an object that its store may delete by itself. */
export type ExpiryCheck = (object: StoredObject) => boolean

/** Counts the objects that never expire. */
export class PermanentTally {
  readonly #digest = new ObjectsDigest()
  readonly #mayExpire: ExpiryCheck
  #objects = 0

  constructor(mayExpire: ExpiryCheck) {
    this.#mayExpire = mayExpire
  }

  /** Adds an object in the form that is compared. */
  add(object: StoredObject): void {
    if (this.#mayExpire(object)) return
    this.#digest.add(object)
    this.#objects += 1
  }

  facts(): { readonly objects: number; readonly digest: string } {
    return { objects: this.#objects, digest: this.#digest.hex() }
  }
}

/** Separates what objects bring from what their store adds. */
export class SourceTally {
  readonly #digest = new ObjectsDigest()
  readonly #presence: VectorPresence
  #unmade = 0

  constructor(presence: VectorPresence) {
    this.#presence = presence
  }

  /** Adds an object in the form that is compared. */
  add(object: StoredObject): void {
    this.#digest.add(this.#presence.brought(object))
    this.#unmade += this.#presence.unmade(object)
  }

  facts(): { readonly unmade: number; readonly digest: string } {
    return { unmade: this.#unmade, digest: this.#digest.hex() }
  }
}
