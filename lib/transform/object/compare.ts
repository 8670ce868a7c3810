import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isSameVector, type VectorGap, vectorGap } from './vectorGap.ts'

/** How one vector differs. */
export interface VectorDifference extends VectorGap {
  /** Empty for the vector without a name. */
  readonly name: string
  /** The side that alone has it. */
  readonly only?: 'left' | 'right'
}

/** What differs between two objects of one id, by name. Something does. */
export interface ObjectDifference {
  readonly properties: readonly string[]
  /** Properties that are references. */
  readonly references: readonly string[]
  readonly vectors: readonly VectorDifference[]
}

export interface DifferenceOptions {
  /** The properties that are looked at, references among them; all by default. */
  readonly properties?: ReadonlySet<string> | undefined
  /** The names of those that are references, so that a difference says so. */
  readonly references?: ReadonlySet<string> | undefined
  /** False: vectors are not looked at. */
  readonly vectors?: boolean | undefined
  /** Two numbers of a vector that are no further apart count as equal. 0, the default: bit for bit. */
  readonly vectorTolerance?: number | undefined
}

/**
 * How two objects differ; undefined where they are equal, as their digests are. A property that is null is as one that
 * is absent, at every depth; numbers count by their value and the sign of a zero, references by their order, vectors bit
 * for bit. Times and tenants are not looked at. What stores spell, round or work out their own way has to be made the
 * same before. @see normalize.ts
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

/** A name may be that of something that all objects of JavaScript have. */
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
  // A whole number may be a bigint on one side alone.
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
  const found = unnamed === undefined ? [] : [unnamed]
  if (left.vectors === undefined && right.vectors === undefined)
    return found.length === 0 ? NO_VECTORS : found
  const { vectors: ofLeft = {} } = left
  const { vectors: ofRight = {} } = right
  for (const name of new Set([...Object.keys(ofLeft), ...Object.keys(ofRight)].sort())) {
    const one = vectorDifference(name, valueIn(ofLeft, name), valueIn(ofRight, name), tolerance)
    if (one !== undefined) found.push(one)
  }
  return found
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
