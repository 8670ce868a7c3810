import type { JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isSameVector } from '../object/vectorGap.ts'

/**
 * An object returned by a script. An absent vector keeps its old value, or stays absent if the script returned
 * several objects; null removes it.
 */
export interface ChangedObject {
  readonly id: string
  /** All of them or, if `gone` is set, only the changed ones. */
  readonly properties: JsonObject
  /** For a single object: the properties that were removed. */
  readonly gone?: readonly string[]
  readonly vector?: Float32Array | null
  readonly vectors?: Readonly<Record<string, Vector | typeof KEPT>> | null
}

/** Stands for a named vector with unchanged bits: most are unchanged, and need not be transferred. */
const KEPT = 'kept'

type NamedVectors = NonNullable<ChangedObject['vectors']>

/** A changed object without the values and bits that it already had, which need not be transferred. */
export function withoutUnchanged(
  { id, properties, vector, vectors }: ChangedObject,
  before: StoredObject,
): ChangedObject {
  const isKept = vector != null && isSame(vector, before.vector)
  return {
    id,
    ...propertiesSparing(properties, before.properties),
    ...(vector !== undefined && !isKept && { vector }),
    ...(vectors !== undefined && { vectors: vectors && namedSparing(vectors, before.vectors ?? {}) }),
  }
}

function propertiesSparing(properties: JsonObject, before: JsonObject) {
  const changed: JsonObject = {}
  for (const name in properties) {
    if (!Object.is(properties[name], before[name])) changed[name] = properties[name]!
  }
  const gone = Object.keys(before).filter(
    (name) => !Object.hasOwn(properties, name) || properties[name] === undefined,
  )
  return { properties: changed, gone }
}

function isSame(vector: Vector, before: Vector | undefined): boolean {
  return vector === before || (before !== undefined && isSameVector(vector, before))
}

function namedSparing(vectors: NamedVectors, before: Readonly<Record<string, Vector>>): NamedVectors {
  const named = Object.entries(vectors).map(([name, vector]): [string, Vector | typeof KEPT] => {
    const there = Object.hasOwn(before, name) ? before[name] : undefined
    const isKept = vector !== KEPT && isSame(vector, there)
    return [name, isKept ? KEPT : vector]
  })
  return Object.fromEntries(named)
}

/** Applies an answer to the object that it was requested for. */
export function applyAnswer(
  { vector: own, vectors: named, ...rest }: StoredObject,
  { id, properties, gone, vector, vectors }: ChangedObject,
): StoredObject {
  const one = vector === undefined ? own : vector
  const all = vectors === undefined ? named : vectors && takingKept(vectors, named ?? {})
  const values = gone === undefined ? properties : { ...rest.properties, ...properties }
  for (const name of gone ?? []) delete values[name]
  return { ...rest, id, properties: values, ...(one && { vector: one }), ...(all && { vectors: all }) }
}

/** One of several objects: its fields come from the script, its tenant from the original object. */
export function addedObject(
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

function takingKept(vectors: NamedVectors, before: Readonly<Record<string, Vector>>): Record<string, Vector> {
  const named = Object.entries(vectors).map(([name, vector]): [string, Vector] => [
    name,
    vector === KEPT ? before[name]! : vector,
  ])
  return Object.fromEntries(named)
}
