import { createHash } from 'node:crypto'
import { headText } from '../../archive/object/text.ts'
import type { ObjectDraft, StoredObject, Vector } from '../../core/object.ts'

/**
 * Identifies the state of an object: equal for the same properties in any order, and the same bits of vectors.
 * Undefined for no object.
 */
export function fingerprint(object: StoredObject | undefined): string | undefined {
  if (object === undefined) return undefined
  const hash = createHash('sha256').update(headText(object))
  for (const [name, vector] of vectorsIn(object)) {
    hash.update(`\n${JSON.stringify(name)}`)
    for (const row of rowsOf(vector)) hash.update(`\n${row.length}\n`).update(bytesOf(row))
  }
  return hash.digest('base64')
}

/**
 * The object with vectors of its own: otherwise they share their buffer with their neighbors, and would keep it in
 * memory.
 */
export function withOwnVectors(object: StoredObject): StoredObject {
  const { vector, vectors, ...rest } = object
  if (vector === undefined && vectors === undefined) return object
  const draft: ObjectDraft = rest
  if (vector !== undefined) draft.vector = vector.slice()
  if (vectors !== undefined)
    draft.vectors = Object.fromEntries(Object.entries(vectors).map(([name, one]) => [name, copied(one)]))
  return draft
}

function copied(vector: Vector): Vector {
  return vector instanceof Float32Array ? vector.slice() : vector.map((row) => row.slice())
}

function vectorsIn({ vector, vectors = {} }: StoredObject): [string, Vector][] {
  const named = Object.entries(vectors).sort(([one], [other]) => (one < other ? -1 : 1))
  return vector === undefined ? named : [['', vector], ...named]
}

function rowsOf(vector: Vector): readonly Float32Array[] {
  return vector instanceof Float32Array ? [vector] : vector
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
