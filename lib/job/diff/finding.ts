import type { StoredObject } from '../../core/object.ts'
import type { TenantState } from '../../store/store.ts'
import type { Side } from '../../stream/mergeJoin.ts'
import type { ObjectDifference } from '../../transform/object/compare.ts'

/** The first character of a line, as in rclone's `check --combined`. */
export type DifferenceSign = '=' | '+' | '-' | '*' | '!'

/** The finding for one id. */
export interface ObjectFinding {
  readonly of: 'object'
  /** `=` equal, `+` only on the left, `-` only on the right, `*` different, `!` changes again and again. */
  readonly sign: DifferenceSign
  readonly id: string
  readonly tenant?: string
  /** For `*`: what differs, by name. */
  readonly difference?: ObjectDifference
}

/** A finding about an object, with the compared objects. */
export interface ComparedPair extends ObjectFinding {
  readonly left?: StoredObject
  readonly right?: StoredObject
}

/** A setting of the class that differs. A value that a side lacks is absent. */
export interface SchemaFinding {
  readonly of: 'schema'
  readonly sign: '+' | '-' | '*'
  /** `properties.title.tokenization`. */
  readonly path: string
  readonly left?: unknown
  readonly right?: unknown
}

/** A tenant that only one side has, or whose state differs. */
export interface TenantFinding {
  readonly of: 'tenant'
  readonly sign: '+' | '-' | '*'
  readonly tenant: string
  readonly left?: TenantState
  readonly right?: TenantState
}

/** An alias that only one side has. */
export interface AliasFinding {
  readonly of: 'alias'
  readonly sign: '+' | '-'
  readonly alias: string
}

/** One side has no vectors at all, so no vectors are compared. */
export interface VectorsFinding {
  readonly of: 'vectors'
  readonly sign: '+' | '-'
}

/** An entry of one side that is not an object, and could not be compared. */
export interface UnreadableFinding {
  readonly of: 'unreadable'
  readonly sign: '!'
  readonly side: Side
  /** The source and the place: `objects.jsonl, line 12`. */
  readonly where: string
  readonly code: string
  readonly reason: string
}

/** One line of a comparison: about the collection, or about one object. */
export type Finding =
  | SchemaFinding
  | TenantFinding
  | AliasFinding
  | VectorsFinding
  | UnreadableFinding
  | ObjectFinding

/** A finding inside the comparison: findings about objects include the objects. */
export type PairFinding = Exclude<Finding, ObjectFinding> | ComparedPair

/** The part of a pair that users see. */
export function withoutObjects({ left: _left, right: _right, ...finding }: ComparedPair): ObjectFinding {
  return finding
}
