import type { Vector } from '../object.ts'

/** False if a vector holds NaN or infinity. */
export function isFiniteVector(vector: Vector): boolean {
  if (!(vector instanceof Float32Array)) return vector.every(isFiniteVector)
  // A sum is finite only if all its terms are; added as doubles, float32s cannot overflow to infinity.
  let sum = 0
  for (let index = 0; index < vector.length; index++) sum += vector[index]!
  return Number.isFinite(sum)
}
