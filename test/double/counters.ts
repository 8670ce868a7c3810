import type { Work } from './class/collections.ts'

/** What a double was asked and what it did. The counts are of calls that came in, answered or not. */
export interface Calls extends Work {
  /** By RPC (`BatchObjects`) or REST endpoint (`GET /v1/schema`, `GET /v1/schema/{class}`). */
  readonly by: Record<string, number>
  /** Objects that came in with BatchObjects, written or refused. */
  objectsReceived: number
  /** Most calls that were ever open at one time. */
  mostAtOnce: number
}

/** Counts the calls of a double. */
export class Counters {
  readonly by: Record<string, number> = {}
  objectsReceived = 0
  mostAtOnce = 0
  #open = 0

  /** Counts a call in; the function it returns counts it out. */
  enter(name: string): () => void {
    this.by[name] = (this.by[name] ?? 0) + 1
    this.#open += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open)
    return () => {
      this.#open -= 1
    }
  }
}
