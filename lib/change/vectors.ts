import type { StoredObject, Vector } from '../object.ts'
import type { FileChange } from './record.ts'

/** The vectors of an object: the unnamed one, the named ones, both or none. */
export type VectorSet = Pick<StoredObject, 'vector' | 'vectors'>

export const NO_VECTORS: VectorSet = {}

function named(vector: number[] | number[][]): Vector {
  return isMulti(vector) ? vector.map(floatsOf) : floatsOf(vector)
}

function floatsOf(numbers: readonly (number | bigint)[]): Float32Array {
  try {
    return new Float32Array(numbers as readonly number[])
  } catch {
    // It takes no bigint; to convert each number beforehand takes several times as long.
    return Float32Array.from(numbers, Number)
  }
}

function isMulti(vector: number[] | number[][]): vector is number[][] {
  return Array.isArray(vector[0])
}

/** The vectors a record brings, as 32-bit floats; undefined where it brings none. */
export function vectorsOf(record: FileChange): VectorSet | undefined {
  const names = Object.entries(record.vectors ?? {})
  if (record.vector == null && names.length === 0) return undefined
  return {
    ...(record.vector == null ? {} : { vector: floatsOf(record.vector) }),
    ...(names.length === 0
      ? {}
      : { vectors: Object.fromEntries(names.map(([name, vector]) => [name, named(vector)])) }),
  }
}

/** The vectors of a stored object. */
export function vectorsIn(object: StoredObject): VectorSet {
  const { vector, vectors } = object
  return { ...(vector === undefined ? {} : { vector }), ...(vectors === undefined ? {} : { vectors }) }
}
