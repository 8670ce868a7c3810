import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isSameVector, type VectorGap, vectorGap } from './vectorGap.ts'

/** How one vector differs. */
export interface VectorDifference extends VectorGap {
  /** Empty for the unnamed vector. */
  readonly name: string
  /** The only side that has it. */
  readonly only?: 'left' | 'right'
}

/** The differences between two objects with the same id, by name; at least one. */
export interface ObjectDifference {
  readonly properties: readonly string[]
  /** Properties that are references. */
  readonly references: readonly string[]
  readonly vectors: readonly VectorDifference[]
}

/** What is compared, and how exactly. */
export interface DifferenceOptions {
  /** The properties to compare, including references; all by default. */
  readonly properties?: ReadonlySet<string> | undefined
  /** The names of reference properties, so that a difference marks them. */
  readonly references?: ReadonlySet<string> | undefined
  /** False: do not compare vectors. */
  readonly vectors?: boolean | undefined
  /** Two numbers of a vector count as equal up to this distance. 0, the default: bit for bit. */
  readonly vectorTolerance?: number | undefined
}

/**
 * How two objects differ; undefined if they are equal, as by their digests. A null property equals an absent one, at
 * every depth; numbers are compared by value and by the sign of a zero, references in order, vectors bit for bit.
 * Times and tenants are ignored. Normalize first what stores spell, round or compute in their own way. @see
 * normalize.ts
 */
export function difference(
  left: StoredObject,
  right: StoredObject,
  options: DifferenceOptions = {},
): ObjectDifference | undefined {
  const { properties: only, references = NONE, vectors: withVectors = true, vectorTolerance = 0 } = options
  const names = differingNames(left.properties, right.properties)
  const wanted = only === undefined ? names : names.filter((name) => only.has(name))
  const vectors = withVectors ? vectorDifferences(left, right, vectorTolerance) : NO_VECTORS
  if (wanted.length === 0 && vectors.length === 0) return undefined
  return {
    properties: wanted.filter((name) => !references.has(name)).sort(),
    references: wanted.filter((name) => references.has(name)).sort(),
    vectors,
  }
}

const NONE: ReadonlySet<string> = new Set()
const NO_NAMES: readonly string[] = []
const NO_VECTORS: readonly VectorDifference[] = []

function differingNames(left: JsonObject, right: JsonObject): readonly string[] {
  let names: string[] | undefined
  const note = (name: string) => {
    names ??= []
    names.push(name)
  }
  for (const name in left) if (!isSame(left[name], valueIn(right, name))) note(name)
  for (const name in right) if (!Object.hasOwn(left, name) && !isSame(undefined, right[name])) note(name)
  return names ?? NO_NAMES
}

/** A property may have the name of a built-in member of all JavaScript objects. */
function valueIn<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (left === null || left === undefined) return right === null || right === undefined
  if (typeof left !== 'object') return isSameScalar(left, right)
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    for (let at = 0; at < left.length; at++) if (!isSame(left[at], right[at])) return false
    return true
  }
  return isRecord(right) && differingNames(left, right).length === 0
}

function isSameScalar(left: Json, right: Json | undefined): boolean {
  if (typeof left === 'number' && typeof right === 'number') return Object.is(left, right)
  if (left === right) return true
  // A whole number may be a bigint on one side only.
  return isNumber(left) && isNumber(right) && exactJson(left) === exactJson(right)
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function vectorDifferences(
  left: StoredObject,
  right: StoredObject,
  tolerance: number,
): readonly VectorDifference[] {
  const unnamed = vectorDifference('', left.vector, right.vector, tolerance)
  const differences = unnamed === undefined ? [] : [unnamed]
  if (left.vectors === undefined && right.vectors === undefined)
    return differences.length === 0 ? NO_VECTORS : differences
  const { vectors: ofLeft = {} } = left
  const { vectors: ofRight = {} } = right
  for (const name of new Set([...Object.keys(ofLeft), ...Object.keys(ofRight)].sort())) {
    const namedDifference = vectorDifference(name, valueIn(ofLeft, name), valueIn(ofRight, name), tolerance)
    if (namedDifference !== undefined) differences.push(namedDifference)
  }
  return differences
}

function vectorDifference(
  name: string,
  left: Vector | undefined,
  right: Vector | undefined,
  tolerance: number,
): VectorDifference | undefined {
  if (left === undefined || right === undefined) {
    if (left === right) return undefined
    return { name, only: left === undefined ? 'right' : 'left' }
  }
  if (isSameVector(left, right)) return undefined
  const gap = vectorGap(left, right)
  return gap.largest !== undefined && gap.largest <= tolerance && tolerance > 0 ? undefined : { name, ...gap }
}
