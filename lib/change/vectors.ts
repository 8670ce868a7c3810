import type { StoredObject, Vector } from '../core/object.ts'
import type { FileChange } from './record.ts'

/** The vectors of an object: the unnamed one, the named ones, both or none. */
export type VectorSet = Pick<StoredObject, 'vector' | 'vectors'>

/** No vectors at all: one object for all records without any. */
export const NO_VECTORS: VectorSet = {}

function named(vector: number[] | number[][]): Vector {
  return isMulti(vector) ? vector.map(floatsOf) : floatsOf(vector)
}

function floatsOf(numbers: readonly (number | bigint)[]): Float32Array {
  try {
    return new Float32Array(numbers as readonly number[])
  } catch {
    // Float32Array takes no bigint, and converting each number beforehand takes several times as long.
    return Float32Array.from(numbers, Number)
  }
}

function isMulti(vector: number[] | number[][]): vector is number[][] {
  return Array.isArray(vector[0])
}

/**
 * The vectors that a record brings, as 32-bit floats; undefined if it brings none. An empty `vectors` counts
 * as given: it removes the named ones.
 */
export function vectorsOf({ vector, vectors }: FileChange): VectorSet | undefined {
  if (vector == null && vectors == null) return undefined
  return {
    ...(vector == null ? {} : { vector: floatsOf(vector) }),
    ...(vectors == null
      ? {}
      : { vectors: Object.fromEntries(Object.entries(vectors).map(([name, one]) => [name, named(one)])) }),
  }
}

/** The vectors of a set that an object stores: an empty `vectors` is left out. */
export function storedVectors({ vector, vectors = {} }: VectorSet): VectorSet {
  return {
    ...(vector === undefined ? {} : { vector }),
    ...(Object.keys(vectors).length === 0 ? {} : { vectors }),
  }
}

/** The set after replacing its unnamed vector, its named ones, or both, by those of another set. */
export function replaceVectors(set: VectorSet, brought: VectorSet): VectorSet {
  return storedVectors({ ...set, ...brought })
}

/** The vectors of a stored object. */
export function vectorsIn(object: StoredObject): VectorSet {
  const { vector, vectors } = object
  return { ...(vector === undefined ? {} : { vector }), ...(vectors === undefined ? {} : { vectors }) }
}
