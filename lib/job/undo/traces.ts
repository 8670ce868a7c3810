import { objectDigest } from '../../archive/object/digest.ts'
import type { Trace } from '../../archive/undo/undo.ts'
import type { StoredObject } from '../../core/object.ts'
import { type CollectionSchema, isReference } from '../../core/schema.ts'
import { normalizerFor } from '../../transform/object/comparable.ts'
import { splitReferences } from '../../transform/object/references.ts'
import { vectorizersOf } from '../../transform/schema/vectorizers.ts'

type Links = NonNullable<Trace['links']>

/** How an object is compared with a trace. */
export interface TraceMatch {
  /** True if some of its references may still be missing: they are linked after all objects are written. */
  readonly partlyLinked?: boolean
}

/**
 * Recognizes objects of one collection by what was written: ignores what a store computes, rounds or spells its own
 * way, times, and, in a class with a vectorizer, vectors that it made itself.
 */
export class Traces {
  readonly #compared: (object: StoredObject) => StoredObject
  readonly #split
  readonly #makesVectors: boolean
  /** True if objects may have references. */
  readonly refers: boolean

  constructor(kind: string, schema: CollectionSchema) {
    this.#compared = normalizerFor(kind, schema)
    this.#split = splitReferences({ from: schema, name: schema.class, leftOut: new Set() })
    this.refers = (schema.properties ?? []).some(isReference)
    this.#makesVectors = vectorizersOf(schema).length > 0
  }

  /** The trace of an object, complete with its references. */
  of(object: StoredObject): Trace {
    const { core, links } = this.#parts(object)
    const vectors = this.#makesVectors ? vectorNamesOf(core) : undefined
    return {
      digest: objectDigest(core),
      ...(vectors !== undefined && { vectors }),
      ...(Object.keys(links).length > 0 && { links }),
    }
  }

  /** Whether an object is the one that left this trace. */
  matches(object: StoredObject, trace: Trace, { partlyLinked = false }: TraceMatch = {}): boolean {
    const { core, links } = this.#parts(object)
    const counted = trace.vectors === undefined ? core : withVectors(core, new Set(trace.vectors))
    if (objectDigest(counted) !== trace.digest) return false
    return partlyLinked
      ? isPart(links, trace.links ?? {})
      : isPart(links, trace.links ?? {}) && isPart(trace.links ?? {}, links)
  }

  /** Whether two objects are the same. */
  equal(one: StoredObject, other: StoredObject): boolean {
    return this.matches(one, this.of(other)) && this.matches(other, this.of(one))
  }

  #parts(object: StoredObject): { readonly core: StoredObject; readonly links: Links } {
    const { object: plain, links } = this.#split(object)
    const core = this.#compared(plain)
    return { core, links: Object.fromEntries(links.map(({ property, beacons }) => [property, beacons])) }
  }
}

function vectorNamesOf({ vector, vectors = {} }: StoredObject): string[] {
  return [...(vector === undefined ? [] : ['']), ...Object.keys(vectors).sort()]
}

function withVectors(object: StoredObject, names: ReadonlySet<string>): StoredObject {
  const { vector, vectors, ...rest } = object
  const kept = Object.entries(vectors ?? {}).filter(([name]) => names.has(name))
  return {
    ...rest,
    ...(vector !== undefined && names.has('') && { vector }),
    ...(kept.length > 0 && { vectors: Object.fromEntries(kept) }),
  }
}

/** Whether `all` contains each reference of `some`, at least as often. Order does not matter. */
function isPart(some: Links, all: Links): boolean {
  return Object.entries(some).every(([property, beacons]) => {
    const left = [...(all[property] ?? [])]
    return beacons.every((beacon) => {
      const at = left.indexOf(beacon)
      if (at < 0) return false
      left.splice(at, 1)
      return true
    })
  })
}
