import type { StoredObject } from '../../core/object.ts'
import { isReference } from '../../core/schema.ts'
import { type DifferenceOptions, difference, type ObjectDifference } from '../../transform/object/compare.ts'
import { normalizers } from '../../transform/object/normalize.ts'
import type { DiffSide } from './side/side.ts'

/** The difference between two objects with the same id; undefined if they are equal. */
export type Comparer = (left: StoredObject, right: StoredObject) => ObjectDifference | undefined

type ComparedSide = Pick<DiffSide, 'schema' | 'kind' | 'isSchemaDerived'>

/**
 * Compares objects of two classes. Identical objects are equal; others are first normalized where a server has its own
 * way to spell, round or compute values. References of a class to itself count as the same under both names.
 */
export function comparerOf(
  left: ComparedSide,
  right: ComparedSide,
  options: Omit<DifferenceOptions, 'references'>,
): Comparer {
  const properties = [left, right].flatMap(({ schema }) => schema.properties ?? [])
  const references = new Set(properties.filter(isReference).map(({ name }) => name))
  const wanted = { ...options, references }
  const kind = [left.kind, right.kind].includes('weaviate') ? 'weaviate' : 'sqlite'
  // A class derived from its objects does not know what their values mean.
  const isTypedByLeft = right.isSchemaDerived === true
  const [typeless, typed] = isTypedByLeft ? [right, left] : [left, right]
  const as = normalizers(typeless.schema, typed.schema, kind)
  const [ofLeft, ofRight] = isTypedByLeft ? [as.live, as.archived] : [as.archived, as.live]
  // If the classes have different names, references with the same text may point to different classes.
  const mayStand = references.size === 0 || left.schema.class === right.schema.class
  return (one, other) => {
    if (mayStand && difference(one, other, wanted) === undefined) return undefined
    return difference(ofLeft(one), ofRight(other), wanted)
  }
}
