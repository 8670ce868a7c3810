import { ElysiaError } from '../../core/errors.ts'
import type { ObjectDraft, StoredObject, Vector } from '../../core/object.ts'
import { isFiniteVector } from '../../core/value/vector.ts'

/** A vector with NaN or infinity, which JSON cannot express: the code is ELYSIA_STORE. */
class InvalidVectorError extends ElysiaError {
  /** Survives the transfer from another thread; the error's class does not. */
  readonly vector: string

  constructor(id: string, which: string) {
    super('ELYSIA_STORE', `object ${id}: ${which} holds NaN or infinity`, {
      hint: 'write a finite vector to this object, or leave vectors out with --no-vectors',
    })
    this.vector = which
  }
}

/** True for such an error, even from another thread. */
export function isInvalidVector(error: unknown): boolean {
  return error instanceof ElysiaError && error.code === 'ELYSIA_STORE' && 'vector' in error
}

/**
 * Refuses objects that JSON cannot express.
 * @throws InvalidVectorError naming the object and its vector with NaN or infinity
 */
export function requireFiniteVectors({ id, vector, vectors }: StoredObject): void {
  if (vector !== undefined && !isFiniteVector(vector)) throw new InvalidVectorError(id, 'its vector')
  for (const name in vectors) {
    if (!isFiniteVector(vectors[name]!)) throw new InvalidVectorError(id, `its vector ${name}`)
  }
}

/** The object without its vectors that hold NaN or infinity; the same object if all are finite. */
export function withFiniteVectors(object: StoredObject): StoredObject {
  const { vector, vectors, ...rest } = object
  const named = Object.entries<Vector>(vectors ?? {})
  const finite = named.filter(([, one]) => isFiniteVector(one))
  const isKept = vector === undefined || isFiniteVector(vector)
  if (isKept && finite.length === named.length) return object
  const draft: ObjectDraft = rest
  if (vector !== undefined && isKept) draft.vector = vector
  if (finite.length > 0) draft.vectors = Object.fromEntries(finite)
  return draft
}
