/**
 * A condition as written, before it is checked against a class. `at` is the offset in the text where a node begins.
 */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expression[] }
  | { readonly kind: 'not'; readonly term: Expression }
  | Comparison
  | {
      readonly kind: 'in'
      readonly operand: Operand
      readonly values: readonly Literal[]
      readonly at: number
    }
  | {
      readonly kind: 'between'
      readonly operand: Operand
      readonly low: Operand
      readonly high: Operand
      readonly at: number
    }
  | {
      readonly kind: 'like'
      readonly operand: Operand
      readonly pattern: Literal
      readonly escape: Literal | null
      readonly at: number
    }
  | { readonly kind: 'null'; readonly operand: Operand; readonly at: number }
  | {
      readonly kind: 'contains'
      readonly operand: Operand
      readonly mode: ContainsMode
      readonly values: readonly Literal[]
      readonly at: number
    }
  /** A property on its own: holds if the property is true. */
  | { readonly kind: 'truth'; readonly operand: Operand; readonly at: number }

/** Two operands and how they compare. `at` is the offset in the text of the filter, here and below. */
export interface Comparison {
  readonly kind: 'compare'
  readonly operator: Operator
  readonly left: Operand
  readonly right: Operand
  readonly at: number
}

/** The operator of a comparison. */
export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
/** Whether a list has to contain any of the values, or all. */
export type ContainsMode = 'any' | 'all'

/** A value: of a property, as written, or computed. */
export type Operand = Path | Literal | Computed

/** A value computed from others. `source` is its text. */
export type Computed =
  | {
      readonly kind: 'call'
      /** In lower case. */
      readonly name: string
      readonly operands: readonly Operand[]
      readonly at: number
      readonly source: string
    }
  | {
      readonly kind: 'binary'
      readonly operator: '+' | '-' | '*' | '/' | '%' | '||'
      readonly left: Operand
      readonly right: Operand
      readonly at: number
      readonly source: string
    }
  | { readonly kind: 'negative'; readonly operand: Operand; readonly at: number; readonly source: string }
  | {
      readonly kind: 'case'
      /** The value to compare with each `when`; null if each is a condition. */
      readonly subject: Operand | null
      readonly whens: readonly CaseBranch[]
      readonly otherwise: Operand | null
      readonly at: number
      readonly source: string
    }
  /** TRUE or FALSE, or NULL if unknown. */
  | { readonly kind: 'condition'; readonly term: Expression; readonly at: number; readonly source: string }

/** A WHEN … THEN … of a CASE. */
export interface CaseBranch {
  /** A condition, or a value if the CASE has a subject. */
  readonly when: Expression | Operand
  readonly then: Operand
  readonly at: number
}

const LITERALS: ReadonlySet<string> = new Set(['text', 'number', 'boolean', 'null'])
const COMPUTED: ReadonlySet<string> = new Set(['call', 'binary', 'negative', 'case', 'condition'])

/** True for a literal value. The predicate IS NULL has the same kind as NULL, but no text. */
export function isLiteral(node: Expression | Operand): node is Literal {
  return LITERALS.has(node.kind) && 'text' in node
}

/** True for a value, false for a condition. */
export function isOperand(node: Expression | Operand): node is Operand {
  return node.kind === 'path' || COMPUTED.has(node.kind) || isLiteral(node)
}

/** A property, a nested property, or one of `id`, `tenant`, `_created`, `_updated`. */
export interface Path {
  readonly kind: 'path'
  readonly names: readonly PathName[]
  readonly at: number
}

/** One name of a path. */
export interface PathName {
  readonly name: string
  /** True in quotation marks: then it is always a property. */
  readonly quoted: boolean
}

/** A value as written in the filter. */
export interface Literal {
  readonly kind: 'text' | 'number' | 'boolean' | 'null'
  /** The text as written: a text without its quotes, a number's digits. */
  readonly text: string
  readonly at: number
}
