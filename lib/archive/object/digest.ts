import { hash } from 'node:crypto'
import type { StoredObject, Vector } from '../../core/object.ts'
import { ReturnArgument } from '../../core/value/returnArgument.ts'
import { LineWriter } from './lineWriter.ts'

const MODULUS = 1n << 256n
const SHA256_BYTES = 32
const LIMBS = 8
/** A limb is below 2^32, and its sum stays exact below 2^53: this is how many additions may happen before a carry. */
const MOST_SUMS = 2 ** 20

const SCRATCH_BYTES = 64 * 1024

/**
 * The digest of a set of objects: the sum of the SHA-256 of each, modulo 2^256. It does not depend on the order of
 * objects, or on how they are divided into parts. Equal sets, apart from times, have equal digests. It detects damage
 * and differences; it does not protect against forged archives.
 */
export class ObjectsDigest {
  /** 32 bits each, lowest first. */
  readonly #limbs = new Float64Array(LIMBS)
  #sums = 0

  /** `identity` is the result of LineWriter's `identity` for the object, if available. */
  add(object: StoredObject, identity?: Uint8Array): void {
    this.addSha256(identity === undefined ? identitySha256(object) : hashOf(identity))
  }

  /** Adds an object that will be hashed again: a restore counts every object when it reads and when it writes it. */
  addAndRemember(object: StoredObject, identity?: Uint8Array): void {
    const sha256 = identity === undefined ? identityHash(object) : hashOf(identity)
    Hashed.keep(object, sha256)
    this.addSha256(sha256)
  }

  /** Adds an object by its SHA-256, as `identitySha256` returns it. */
  addSha256(sha256: string): void {
    for (let limb = 0; limb < LIMBS; limb++) {
      const at = SHA256_BYTES - 4 - 4 * limb
      const high = sha256.charCodeAt(at) * 2 ** 24 + (sha256.charCodeAt(at + 1) << 16)
      this.#limbs[limb]! += high + (sha256.charCodeAt(at + 2) << 8) + sha256.charCodeAt(at + 3)
    }
    this.#sums += 1
    if (this.#sums === MOST_SUMS) this.#carry()
  }

  /** The digest in 64 hex digits. */
  hex(): string {
    this.#carry()
    return Array.from(this.#limbs, (limb) => limb.toString(16).padStart(8, '0'))
      .reverse()
      .join('')
  }

  /** Makes every limb small again; the overflow of the highest limb is a multiple of the modulus. */
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

/** 32 characters, one byte each: creating a buffer takes several times as long. */
type Sha256 = string

/**
 * A SHA-256 kept with its object, in a private field that nobody else sees. A WeakMap costs a restore 3 to 7 % more
 * processor time, because the garbage collector scans it again and again.
 */
class Hashed extends ReturnArgument {
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

/**
 * The SHA-256 of an object without its times: 32 characters, one byte each. A remembered one is not calculated again.
 */
export function identitySha256(object: StoredObject): string {
  return Hashed.find(object) ?? identityHash(object)
}

/**
 * The SHA-256 of an object's identity, remembered as long as the object lives: comparing an object and then archiving
 * it hashes it once.
 */
export function rememberedSha256(object: StoredObject): string {
  const known = Hashed.find(object)
  if (known !== undefined) return known
  const sha256 = identityHash(object)
  Hashed.keep(object, sha256)
  return sha256
}

/** Remembers an object's SHA-256 that another thread calculated with `identitySha256`. */
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

/** The digest of the union of disjoint sets, from their digests. */
export function sumOfDigests(digests: Iterable<string>): string {
  let sum = 0n
  for (const digest of digests) sum += BigInt(`0x${digest}`)
  return (sum % MODULUS).toString(16).padStart(64, '0')
}

/** The digest of a set after removing a part of it, from their digests. */
export function differenceOfDigests(set: string, part: string): string {
  const difference = BigInt(`0x${set}`) - BigInt(`0x${part}`)
  return ((difference + MODULUS) % MODULUS).toString(16).padStart(64, '0')
}

/** Vectors of an object, the unnamed one and the named ones. */
export function vectorsOf({ vector, vectors }: StoredObject): number {
  return (vector === undefined ? 0 : 1) + Object.values<Vector>(vectors ?? {}).length
}

/** The SHA-256 of an object's identity in base64, for a file. */
export function objectDigest(object: StoredObject): string {
  return Buffer.from(rememberedSha256(object), 'binary').toString('base64')
}
