import type { StoredObject } from '../../core/object.ts'
import type { TenantState } from '../../store/store.ts'
import type { Side } from '../../stream/mergeJoin.ts'
import type { ObjectDifference } from '../../transform/object/compare.ts'

/** What a line begins with, as in rclone's `check --combined`. */
export type Sign = '=' | '+' | '-' | '*' | '!'

/** What was found of one id. */
export interface ObjectFinding {
  readonly of: 'object'
  /** `=` equal, `+` only on the left, `-` only on the right, `*` different, `!` it keeps changing. */
  readonly sign: Sign
  readonly id: string
  readonly tenant?: string
  /** Of `*`: what differs, by name. */
  readonly difference?: ObjectDifference
}

/** The same, with the objects that were compared. */
export interface ComparedPair extends ObjectFinding {
  readonly left?: StoredObject
  readonly right?: StoredObject
}

/** A setting of the class that differs. What only one side has is absent on the other. */
export interface SchemaFinding {
  readonly of: 'schema'
  readonly sign: '+' | '-' | '*'
  /** `properties.title.tokenization`. */
  readonly path: string
  readonly left?: unknown
  readonly right?: unknown
}

/** A tenant that only one side has, or that has another state on each. */
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

/** One side has no vectors at all: they are not compared, object by object. */
export interface VectorsFinding {
  readonly of: 'vectors'
  readonly sign: '+' | '-'
}

/** Something of one side that is no object, and could not be compared. */
export interface UnreadableFinding {
  readonly of: 'unreadable'
  readonly sign: '!'
  readonly side: Side
  /** What a person calls it, with its place: `objects.jsonl, line 12`. */
  readonly where: string
  readonly code: string
  readonly reason: string
}

/** One line of a comparison: of the collection, or of one object. */
export type Finding =
  | SchemaFinding
  | TenantFinding
  | AliasFinding
  | VectorsFinding
  | UnreadableFinding
  | ObjectFinding

/** What flows through a comparison: findings, those of objects with these. */
export type Compared = Exclude<Finding, ObjectFinding> | ComparedPair

/** What a person is told of a pair. */
export function withoutObjects({ left: _left, right: _right, ...finding }: ComparedPair): ObjectFinding {
  return finding
}
