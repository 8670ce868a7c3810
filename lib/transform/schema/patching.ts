import type { JsonObject } from '../../core/object.ts'

/** What of a target decides which classes it takes. */
export interface SchemaTarget {
  /** `weaviate`, or one of the embedded stores, which take every class as it is. */
  readonly kind: string
  readonly nodes: number
  /** The modules it has; undefined where that is not known: then the server's own words decide. */
  readonly modules?: readonly string[]
  /** Of a server. */
  readonly version?: string
}

/** What a person wants to be otherwise than it was. */
export interface SchemaWishes {
  readonly name?: string
  readonly replication?: number
  readonly vectorizer?: 'none'
}

/** A class that is being patched. Rules change `schema`, which is their own copy, and say so. */
export interface Patching {
  readonly schema: JsonObject
  /** What the class was called where it comes from. */
  readonly nameBefore: string
  readonly target: SchemaTarget
  readonly wishes: SchemaWishes
  /** Sets what is at a path, or takes it away where `to` is undefined; notes it where that changes anything. */
  set(path: readonly string[], to: unknown, reason: string): void
}
