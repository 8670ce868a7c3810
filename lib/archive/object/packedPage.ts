import { holdsLarge } from '../../core/exactJson.ts'
import type { Json, ObjectDraft, StoredObject, Vector } from '../../core/object.ts'
import {
  lazyObject,
  type PropertiesPage,
  propertiesJson,
  propertiesPage,
} from '../../core/properties/lazyProperties.ts'
import { identitySha256, keepSha256 } from './digest.ts'
import { recordHashAt, recordHashesOf } from './recordHashes.ts'

/** A vector's place among the numbers of a page: `rows` for a multi-vector, otherwise undefined. */
interface Shape {
  /** Undefined for the unnamed vector. */
  readonly name?: string
  readonly width: number
  readonly rows?: number
}

/** A page of objects on its way to another thread: the texts and numbers of all objects in a few buffers. */
export interface PackedPage {
  /** 36 characters each. */
  readonly ids: string
  /** 32 characters each, one byte per character; empty if not wanted. */
  readonly sha256: string
  /** The JSON of their properties, concatenated. */
  readonly texts: Uint8Array
  /** Where each of these texts ends. */
  readonly ends: Uint32Array
  /** Their `record_hash`es, all of one length, concatenated; empty if none has one, undefined if they differ. */
  readonly recordHashes: string | undefined
  /** The class that they all fit, as JSON; undefined if they were not compared with one, or if one does not fit. */
  readonly fits: string | undefined
  /** `createdMs` and `updatedMs` of each; NaN if absent. */
  readonly times: Float64Array
  /** All vectors, concatenated. */
  readonly floats: Float32Array
  /** The distinct sets of vectors in the page. */
  readonly shapes: readonly (readonly Shape[])[]
  readonly shapeOf: Uint16Array
  /** The tenant of all objects, or of each if they differ. */
  readonly tenants: string | undefined | readonly (string | undefined)[]
  /** By position: objects that are copied as they are, because texts and numbers would lose something. */
  readonly odd: ReadonlyMap<number, StoredObject>
}

/** How to pack a page. */
export interface PackOptions {
  /** False to leave out the SHA-256s. */
  readonly hashes?: boolean
  /** The class of their store, as JSON, and whether an object's id and properties fit it. */
  readonly checks?: PropertiesCheck | undefined
}

/** A class, and whether an object's id and properties fit it. */
export interface PropertiesCheck {
  /** The class as JSON. */
  readonly schema: string
  fits(object: StoredObject): boolean
}

const ID_LENGTH = 36
const SHA256_LENGTH = 32

/**
 * Packs a page, so that its buffers can be transferred to another thread, with the SHA-256s and property texts, which
 * then need not be made again (without `hashes`, no SHA-256): that takes no longer than copying the bare objects
 * (bench/RESULTS.md, "Threads"). Copies vectors and texts once. Memory: a second copy of the page.
 */
export function packPage(
  page: readonly StoredObject[],
  { hashes = true, checks }: PackOptions = {},
): {
  readonly value: PackedPage
  readonly transfer: readonly ArrayBuffer[]
} {
  const odd = new Map([...page.entries()].filter(([, object]) => isOdd(object)))
  const plain = odd.size === 0 ? page : page.map((object, at) => (odd.has(at) ? idOnly(object) : object))
  const { shapes, shapeOf } = shapesIn(plain)
  const { texts, ends } = textsOf(plain)
  const floats = floatsOf(plain, shapes, shapeOf)
  const times = timesOf(plain)
  const value: PackedPage = {
    ids: page.map(({ id }) => id).join(''),
    sha256: hashes ? page.map(identitySha256).join('') : '',
    recordHashes: recordHashesOf(page),
    fits: checks !== undefined && page.every((object) => checks.fits(object)) ? checks.schema : undefined,
    ...{ texts, ends, times, floats, shapes, shapeOf, odd },
    tenants: tenantsOf(page),
  }
  const buffers = [texts, ends, times, floats, shapeOf].map(({ buffer }) => buffer as ArrayBuffer)
  return { value, transfer: buffers }
}

/**
 * The objects of a packed page, equal to the originals; their vectors are views of one buffer, and their properties are
 * parsed when they are asked for.
 */
export function unpackPage(page: PackedPage): readonly StoredObject[] {
  const { sha256, ends, odd } = page
  const properties = propertiesPage(page.texts, page.fits)
  const objects = new Array<StoredObject>(ends.length)
  const place = { float: 0 }
  for (let at = 0; at < ends.length; at++) {
    const object = odd.get(at) ?? objectAt(page, at, properties, place)
    if (sha256 !== '') keepSha256(object, sha256.slice(at * SHA256_LENGTH, (at + 1) * SHA256_LENGTH))
    objects[at] = object
  }
  return objects
}

function objectAt(
  page: PackedPage,
  at: number,
  properties: PropertiesPage,
  place: { float: number },
): StoredObject {
  const { ids, ends, times, floats, shapes, shapeOf, tenants } = page
  const object: ObjectDraft = lazyObject(ids.slice(at * ID_LENGTH, (at + 1) * ID_LENGTH), {
    page: properties,
    from: at === 0 ? 0 : ends[at - 1]!,
    to: ends[at]!,
    hash: recordHashAt(page.recordHashes, at, ends.length),
  })
  for (const shape of shapes[shapeOf[at]!]!) place.float = takeVector(object, shape, floats, place.float)
  const tenant = typeof tenants === 'object' ? tenants[at] : tenants
  if (tenant !== undefined) object.tenant = tenant
  const [createdMs, updatedMs] = [times[2 * at]!, times[2 * at + 1]!]
  if (!Number.isNaN(createdMs)) object.createdMs = createdMs
  if (!Number.isNaN(updatedMs)) object.updatedMs = updatedMs
  return object
}

/** True for an object that its JSON and vectors of equal-width rows do not describe completely. */
function isOdd({ properties, vectors }: StoredObject): boolean {
  if (holdsBigint(properties) || holdsLarge(properties)) return true
  if (vectors === undefined) return false
  const all = Object.values<Vector>(vectors)
  return all.length === 0 || all.some((vector) => isRagged(vector))
}

function isRagged(vector: Vector): boolean {
  return !(vector instanceof Float32Array) && vector.some((row) => row.length !== vector[0]!.length)
}

function idOnly({ id }: StoredObject): StoredObject {
  return { id, properties: {} }
}

/** Adds a vector to an object; returns where the next one begins. */
function takeVector(object: ObjectDraft, { name, width, rows }: Shape, floats: Float32Array, from: number) {
  const next = from + width * (rows ?? 1)
  const row = (n: number) => floats.subarray(from + n * width, from + (n + 1) * width)
  const vector: Vector = rows === undefined ? row(0) : Array.from({ length: rows }, (_, n) => row(n))
  if (name === undefined) object.vector = vector as Float32Array
  else {
    object.vectors ??= {}
    ;(object.vectors as Record<string, Vector>)[name] = vector
  }
  return next
}

function shapesIn(page: readonly StoredObject[]) {
  const indexByKey = new Map<string, number>()
  const shapes: (readonly Shape[])[] = []
  const shapeOf = Uint16Array.from(page, (object) => {
    const key = object.vectors === undefined ? `${object.vector?.length}` : JSON.stringify(shapesOf(object))
    let at = indexByKey.get(key)
    if (at === undefined) {
      at = shapes.push(shapesOf(object)) - 1
      indexByKey.set(key, at)
    }
    return at
  })
  return { shapes, shapeOf }
}

function shapesOf({ vector, vectors }: StoredObject): Shape[] {
  const named = Object.entries<Vector>(vectors ?? {}).map(([name, one]) => ({ name, ...shapeIn(one) }))
  return vector === undefined ? named : [shapeIn(vector), ...named]
}

function shapeIn(vector: Vector): Shape {
  if (vector instanceof Float32Array) return { width: vector.length }
  return { width: vector[0]?.length ?? 0, rows: vector.length }
}

function floatsOf(
  page: readonly StoredObject[],
  shapes: readonly (readonly Shape[])[],
  shapeOf: Uint16Array,
) {
  const sizes = shapes.map((own) => own.reduce((sum, { width, rows = 1 }) => sum + width * rows, 0))
  const floats = new Float32Array(shapeOf.reduce((sum, at) => sum + sizes[at]!, 0))
  let used = 0
  const add = (vector: Vector) => {
    if (!(vector instanceof Float32Array)) {
      for (const row of vector) add(row)
      return
    }
    floats.set(vector, used)
    used += vector.length
  }
  for (const { vector, vectors } of page) {
    if (vector !== undefined) add(vector)
    for (const name in vectors) add(vectors[name]!)
  }
  return floats
}

function textsOf(page: readonly StoredObject[]) {
  const all = page.map(propertiesJson)
  const ends = new Uint32Array(all.length)
  let length = 0
  for (const [at, text] of all.entries()) {
    length += Buffer.byteLength(text)
    ends[at] = length
  }
  const texts = Buffer.allocUnsafeSlow(length)
  for (const [at, text] of all.entries()) texts.write(text, at === 0 ? 0 : ends[at - 1]!)
  return { texts, ends }
}

function timesOf(page: readonly StoredObject[]): Float64Array {
  const times = new Float64Array(2 * page.length)
  for (const [at, { createdMs = Number.NaN, updatedMs = Number.NaN }] of page.entries()) {
    times[2 * at] = createdMs
    times[2 * at + 1] = updatedMs
  }
  return times
}

function holdsBigint(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint'
  for (const inner of Array.isArray(value) ? value : Object.values(value)) if (holdsBigint(inner)) return true
  return false
}

function tenantsOf(page: readonly StoredObject[]): PackedPage['tenants'] {
  const first = page[0]?.tenant
  return page.every(({ tenant }) => tenant === first) ? first : page.map(({ tenant }) => tenant)
}
