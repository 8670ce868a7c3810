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
    this.#sum += factsOf.get(object)?.sha256 ?? sha256Of(identityText(object))
  }

  /** The same for an object that will be asked for again: what a restore reads, it counts once more when written. */
  addAndRemember(object: StoredObject): void {
    const text = identityText(object)
    const sha256 = sha256Of(text)
    factsOf.set(object, { sha256, length: text.length })
    this.#sum += sha256
  }

  /** In 64 hex digits. */
  hex(): string {
    return hexOf(this.#sum % MODULUS)
  }
}

interface Facts {
  readonly sha256: bigint
  readonly length: number
}

const factsOf = new WeakMap<StoredObject, Facts>()

/** The length of an object's line, in characters. */
export function lengthOf(object: StoredObject): number {
  return factsOf.get(object)?.length ?? identityText(object).length
}

function sha256Of(text: string): bigint {
  return BigInt(`0x${hash('sha256', text, 'hex')}`)
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
