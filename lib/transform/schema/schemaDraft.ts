import type { JsonObject } from '../../core/object.ts'

/** The facts about a target that decide which classes it accepts. */
export interface SchemaTarget {
  /** `weaviate`, or one of the embedded stores, which accept every class unchanged. */
  readonly kind: string
  readonly nodes: number
  /** The modules of the target; undefined if unknown: then the server decides. */
  readonly modules?: readonly string[]
  /** The version of a server. */
  readonly version?: string
}

/** Changes that a person asked for. */
export interface SchemaRequests {
  readonly name?: string
  readonly replication?: number
}

/** A class that is being patched. Rules change `schema`, which is their own copy, and record each change. */
export interface SchemaDraft {
  readonly schema: JsonObject
  /** The name of the class in its source. */
  readonly nameBefore: string
  readonly target: SchemaTarget
  readonly wishes: SchemaRequests
  /** The target's message when it refused the class; empty before that. */
  readonly words: string
  /** Sets the value at a path, or removes it if `to` is undefined; records the change if there is one. */
  set(path: readonly string[], to: unknown, reason: string): void
}
