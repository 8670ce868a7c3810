/**
 * A condition as it was written, before anything of a class is known. `at` is the offset in the text where a
 * node begins.
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
      readonly low: Literal
      readonly high: Literal
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
  /** A property on its own: true where it is true. */
  | { readonly kind: 'truth'; readonly operand: Operand; readonly at: number }

export interface Comparison {
  readonly kind: 'compare'
  readonly operator: Operator
  readonly left: Operand
  readonly right: Operand
  readonly at: number
}

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type ContainsMode = 'any' | 'all'

export type Operand = Path | Literal

/** A property, a property inside an object, or one of `id`, `tenant`, `_created`, `_updated`. */
export interface Path {
  readonly kind: 'path'
  readonly names: readonly PathName[]
  readonly at: number
}

export interface PathName {
  readonly name: string
  /** In quotation marks: then always a property. */
  readonly quoted: boolean
}

export interface Literal {
  readonly kind: 'text' | 'number' | 'boolean' | 'null'
  /** What was written: of a text without its quotes, of a number its digits. */
  readonly text: string
  readonly at: number
}
