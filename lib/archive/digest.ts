import { hash } from 'node:crypto'
import type { StoredObject, Vector } from '../object.ts'
import { identityText } from './objectLine.ts'

const MODULUS = 1n << 256n

/**
 * The digest of a set of objects: the sum of the SHA-256 of each, modulo 2^256. It does not depend on order
 * nor on how objects are divided into parts, and equal sets, times aside, have equal digests. It finds
 * damage and difference; it is no defence against somebody who makes archives up.
 */
export class ObjectsDigest {
  #sum = 0n

  add(object: StoredObject): void {
    this.#sum += BigInt(`0x${hash('sha256', identityText(object), 'hex')}`)
  }

  /** In 64 hex digits. */
  hex(): string {
    return hexOf(this.#sum % MODULUS)
  }
}

/** The digest of the union of sets that have nothing in common, from theirs. */
export function sumOfDigests(digests: Iterable<string>): string {
  let sum = 0n
  for (const digest of digests) sum += BigInt(`0x${digest}`)
  return hexOf(sum % MODULUS)
}

function hexOf(sum: bigint): string {
  return sum.toString(16).padStart(64, '0')
}

/** Vectors of an object, the unnamed one and the named ones. */
export function vectorsOf({ vector, vectors }: StoredObject): number {
  return (vector === undefined ? 0 : 1) + Object.values<Vector>(vectors ?? {}).length
}
