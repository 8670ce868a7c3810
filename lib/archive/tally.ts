import type { StoredObject } from '../object.ts'
import { ObjectsDigest, vectorsOf } from './digest.ts'

/** What was written, or read. */
export interface Tallied {
  readonly objects: number
  readonly vectors: number
  /** Objects without any vector. */
  readonly bare: number
  readonly lastId: string | undefined
  /** @see ObjectsDigest */
  readonly digest: string
}

/** Counts and digests objects. An encoder adds each as it writes it. */
export class Tally {
  readonly #digest = new ObjectsDigest()
  #objects = 0
  #vectors = 0
  #bare = 0
  #lastId: string | undefined

  /** `identity` is what LineWriter says of the object, where that is at hand. */
  add(object: StoredObject, identity?: Uint8Array): void {
    const vectors = vectorsOf(object)
    this.#digest.add(object, identity)
    this.#objects += 1
    this.#vectors += vectors
    if (vectors === 0) this.#bare += 1
    this.#lastId = object.id
  }

  tallied(): Tallied {
    return {
      objects: this.#objects,
      vectors: this.#vectors,
      bare: this.#bare,
      lastId: this.#lastId,
      digest: this.#digest.hex(),
    }
  }
}
