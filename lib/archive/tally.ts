import { Transform, type TransformCallback } from 'node:stream'
import type { StoredObject } from '../object.ts'
import { ObjectsDigest, vectorsOf } from './digest.ts'

/** What passed a tally. */
export interface Tallied {
  readonly objects: number
  readonly vectors: number
  /** Objects without any vector. */
  readonly bare: number
  readonly lastId: string | undefined
  /** @see ObjectsDigest */
  readonly digest: string
}

/** A stage that knows what has passed it. */
export interface Tally extends Transform {
  tallied(): Tallied
}

/** Passes pages through, counts and digests their objects. Memory: a page. */
export function tally(onPage: (objects: number) => void = () => {}): Tally {
  return new TallyStage(onPage)
}

class TallyStage extends Transform implements Tally {
  readonly #onPage: (objects: number) => void
  readonly #digest = new ObjectsDigest()
  #objects = 0
  #vectors = 0
  #bare = 0
  #lastId: string | undefined

  constructor(onPage: (objects: number) => void) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#onPage = onPage
  }

  override _transform(page: readonly StoredObject[], _: BufferEncoding, done: TransformCallback): void {
    try {
      for (const object of page) this.#add(object)
      this.#onPage(page.length)
    } catch (thrown) {
      done(thrown as Error)
      return
    }
    done(null, page)
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

  #add(object: StoredObject): void {
    const vectors = vectorsOf(object)
    this.#digest.add(object)
    this.#objects += 1
    this.#vectors += vectors
    if (vectors === 0) this.#bare += 1
    this.#lastId = object.id
  }
}
