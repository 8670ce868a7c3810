import type { JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isSameVector } from '../object/vectorGap.ts'

/** What a script gave of an object. A vector that is absent stays, of one object of several there is none; null drops it. */
export interface ChangedObject {
  readonly id: string
  readonly properties: JsonObject
  readonly vector?: Float32Array | null
  readonly vectors?: Readonly<Record<string, Vector | typeof KEPT>> | null
}

/** In place of a named vector that has the bits that it had: most stay, and need not cross. */
export const KEPT = 'kept'

type Named = NonNullable<ChangedObject['vectors']>

/** A changed object without the vectors that it has already: these are the very ones, and need not cross. */
export function sparing({ vector, vectors, ...rest }: ChangedObject, before: StoredObject): ChangedObject {
  const isKept = vector != null && before.vector !== undefined && isSameVector(vector, before.vector)
  return {
    ...rest,
    ...(vector !== undefined && !isKept && { vector }),
    ...(vectors !== undefined && { vectors: vectors && namedSparing(vectors, before.vectors ?? {}) }),
  }
}

function namedSparing(vectors: Named, before: Readonly<Record<string, Vector>>): Named {
  const named = Object.entries(vectors).map(([name, vector]): [string, Vector | typeof KEPT] => {
    const there = Object.hasOwn(before, name) ? before[name] : undefined
    const isKept = vector !== KEPT && there !== undefined && isSameVector(vector, there)
    return [name, isKept ? KEPT : vector]
  })
  return Object.fromEntries(named)
}

/** The object that an answer makes of the one that was asked about. */
export function applied(
  { vector: own, vectors: named, ...rest }: StoredObject,
  { id, properties, vector, vectors }: ChangedObject,
): StoredObject {
  const one = vector === undefined ? own : vector
  const all = vectors === undefined ? named : vectors && takingKept(vectors, named ?? {})
  return { ...rest, id, properties, ...(one && { vector: one }), ...(all && { vectors: all }) }
}

/** One object of several: it has what the script gave it, and the tenant of the one that it was made of. */
export function added(
  { tenant }: StoredObject,
  { id, properties, vector, vectors }: ChangedObject,
): StoredObject {
  return {
    id,
    properties,
    ...(vector && { vector }),
    ...(vectors && { vectors: takingKept(vectors, {}) }),
    ...(tenant !== undefined && { tenant }),
  }
}

function takingKept(vectors: Named, before: Readonly<Record<string, Vector>>): Record<string, Vector> {
  const named = Object.entries(vectors).map(([name, vector]): [string, Vector] => [
    name,
    vector === KEPT ? before[name]! : vector,
  ])
  return Object.fromEntries(named)
}
