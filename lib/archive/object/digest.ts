import { hash } from 'node:crypto'
import type { StoredObject, Vector } from '../../core/object.ts'
import { ValueItself } from '../../core/value/ownFields.ts'
import { LineWriter } from './lineWriter.ts'

const MODULUS = 1n << 256n
const SHA256_BYTES = 32
const LIMBS = 8
/** A limb is below 2^32 and its sum is kept exact below 2^53: so often it may grow before it is carried. */
const MOST_SUMS = 2 ** 20

const SCRATCH_BYTES = 64 * 1024

/**
 * The digest of a set of objects: the sum of the SHA-256 of each, modulo 2^256. It does not depend on order
 * nor on how objects are divided into parts, and equal sets, times aside, have equal digests. It finds
 * damage and difference; it is no defence against somebody who makes archives up.
 */
export class ObjectsDigest {
  /** 32 bits each, the lowest first. */
  readonly #limbs = new Float64Array(LIMBS)
  #sums = 0

  /** `identity` is what LineWriter says of the object, where that is at hand. */
  add(object: StoredObject, identity?: Uint8Array): void {
    this.addSha256(identity === undefined ? identitySha256(object) : hashOf(identity))
  }

  /** The same for an object that will be asked for again: what a restore reads, it counts once more when written. */
  addAndRemember(object: StoredObject, identity?: Uint8Array): void {
    const sha256 = identity === undefined ? identityHash(object) : hashOf(identity)
    Hashed.keep(object, sha256)
    this.addSha256(sha256)
  }

  /** An object by its SHA-256, as `identitySha256` gives it. */
  addSha256(sha256: string): void {
    for (let limb = 0; limb < LIMBS; limb++) {
      const at = SHA256_BYTES - 4 - 4 * limb
      const high = sha256.charCodeAt(at) * 2 ** 24 + (sha256.charCodeAt(at + 1) << 16)
      this.#limbs[limb]! += high + (sha256.charCodeAt(at + 2) << 8) + sha256.charCodeAt(at + 3)
    }
    this.#sums += 1
    if (this.#sums === MOST_SUMS) this.#carry()
  }

  /** In 64 hex digits. */
  hex(): string {
    this.#carry()
    return Array.from(this.#limbs, (limb) => limb.toString(16).padStart(8, '0'))
      .reverse()
      .join('')
  }

  /** Makes every limb small again; what the highest has too much is a multiple of the modulus. */
  #carry(): void {
    let carry = 0
    for (let limb = 0; limb < LIMBS; limb++) {
      const sum = this.#limbs[limb]! + carry
      carry = Math.floor(sum / 2 ** 32)
      this.#limbs[limb] = sum - carry * 2 ** 32
    }
    this.#sums = 0
  }
}

/** 32 characters, a byte each: a buffer takes several times as long to make. */
type Sha256 = string

/**
 * A SHA-256 kept with its object, in a private field that nobody else sees. With a WeakMap a restore takes 3 to 7 % more
 * processor time, since the garbage collector goes through it again and again.
 */
class Hashed extends ValueItself {
  #sha256: Sha256 | undefined

  static keep(object: StoredObject, sha256: Sha256): void {
    if (#sha256 in object) (object as Hashed).#sha256 = sha256
    else (new Hashed(object) as Hashed).#sha256 = sha256
  }

  static find(object: StoredObject): Sha256 | undefined {
    return #sha256 in object ? (object as Hashed).#sha256 : undefined
  }
}

const scratch = new LineWriter(SCRATCH_BYTES)

/** The SHA-256 of all of an object but its times: 32 characters, a byte each. It is not made again where it is remembered. */
export function identitySha256(object: StoredObject): string {
  return Hashed.find(object) ?? identityHash(object)
}

/** The same, remembered for as long as the object lives: what compares an object and then archives it hashes it once. */
export function rememberedSha256(object: StoredObject): string {
  const known = Hashed.find(object)
  if (known !== undefined) return known
  const sha256 = identityHash(object)
  Hashed.keep(object, sha256)
  return sha256
}

/** Remembers the SHA-256 of an object that `identitySha256` has made in another thread. */
export function keepSha256(object: StoredObject, sha256: string): void {
  Hashed.keep(object, sha256)
}

function identityHash(object: StoredObject): Sha256 {
  scratch.clear()
  return hashOf(scratch.identity(object))
}

function hashOf(identity: Uint8Array): Sha256 {
  return hash('sha256', identity, 'binary')
}

/** The digest of the union of sets that have nothing in common, from theirs. */
export function sumOfDigests(digests: Iterable<string>): string {
  let sum = 0n
  for (const digest of digests) sum += BigInt(`0x${digest}`)
  return (sum % MODULUS).toString(16).padStart(64, '0')
}

/** The digest of what is left of a set once a part of it is gone, from theirs. */
export function differenceOfDigests(set: string, part: string): string {
  const difference = BigInt(`0x${set}`) - BigInt(`0x${part}`)
  return ((difference + MODULUS) % MODULUS).toString(16).padStart(64, '0')
}

/** Vectors of an object, the unnamed one and the named ones. */
export function vectorsOf({ vector, vectors }: StoredObject): number {
  return (vector === undefined ? 0 : 1) + Object.values<Vector>(vectors ?? {}).length
}

/** The same in base64, for a file. */
export function objectDigest(object: StoredObject): string {
  return Buffer.from(rememberedSha256(object), 'binary').toString('base64')
}
