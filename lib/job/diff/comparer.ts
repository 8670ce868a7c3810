import type { StoredObject } from '../../core/object.ts'
import { isReference } from '../../core/schema.ts'
import { type DifferenceOptions, difference, type ObjectDifference } from '../../transform/object/compare.ts'
import { normalizers } from '../../transform/object/normalize.ts'
import type { DiffSide } from './side/side.ts'

/** What differs between the objects of one id; undefined where nothing does. */
export type Comparer = (left: StoredObject, right: StoredObject) => ObjectDifference | undefined

type ComparedSide = Pick<DiffSide, 'schema' | 'kind' | 'isSchemaDerived'>

/**
 * Compares objects of two classes. Objects that are the same as they stand are equal; any others are made comparable
 * first, as far as a server spells, rounds or works out values its own way and has one of them. References of a class to
 * itself count as the same under both names.
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
  // A class that follows from its objects does not know what their values are.
  const isTypedByLeft = right.isSchemaDerived === true
  const [typeless, typed] = isTypedByLeft ? [right, left] : [left, right]
  const as = normalizers(typeless.schema, typed.schema, kind)
  const [ofLeft, ofRight] = isTypedByLeft ? [as.live, as.archived] : [as.archived, as.live]
  // Under two names references that are spelled the same may lead to different classes.
  const mayStand = references.size === 0 || left.schema.class === right.schema.class
  return (one, other) => {
    if (mayStand && difference(one, other, wanted) === undefined) return undefined
    return difference(ofLeft(one), ofRight(other), wanted)
  }
}
