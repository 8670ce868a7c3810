import type { StoredObject } from '../../core/object.ts'
import { ObjectsDigest, vectorsOf } from './digest.ts'

/** Counts and digest of the objects written or read. */
export interface TallyResult {
  readonly objects: number
  readonly vectors: number
  /** Number of vectors by name, if any object has named vectors; otherwise undefined. */
  readonly named: Readonly<Record<string, number>> | undefined
  /** Objects without any vector. */
  readonly withoutVectors: number
  readonly lastId: string | undefined
  /** @see ObjectsDigest */
  readonly digest: string
}

interface TallyOptions {
  /** Keep each object's hash while the object lives, so that a later digest can use it. */
  readonly remember?: boolean
}

/** Counts and digests objects. A format adds each object as it writes or reads it. */
export class Tally {
  readonly #digest = new ObjectsDigest()
  #objects = 0
  #vectors = 0
  readonly #named = new Map<string, number>()
  #withoutVectors = 0
  #lastId: string | undefined
  readonly #remember: boolean

  constructor({ remember = false }: TallyOptions = {}) {
    this.#remember = remember
  }

  /** `identity` is the result of LineWriter's `identity` for the object, if available. */
  add(object: StoredObject, identity?: Uint8Array): void {
    const vectors = vectorsOf(object)
    for (const name in object.vectors) this.#named.set(name, (this.#named.get(name) ?? 0) + 1)
    if (this.#remember) this.#digest.addAndRemember(object, identity)
    else this.#digest.add(object, identity)
    this.#objects += 1
    this.#vectors += vectors
    if (vectors === 0) this.#withoutVectors += 1
    this.#lastId = object.id
  }

  tallied(): TallyResult {
    return {
      objects: this.#objects,
      vectors: this.#vectors,
      named: this.#named.size === 0 ? undefined : Object.fromEntries([...this.#named].sort()),
      withoutVectors: this.#withoutVectors,
      lastId: this.#lastId,
      digest: this.#digest.hex(),
    }
  }
}
