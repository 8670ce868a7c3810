import type { Column } from './column.ts'
import type { ContainsMode, Operator } from './expression.ts'
import type { LikePattern } from './like.ts'
import type { FilterValue } from './value.ts'

/** A condition whose columns and values fit the class. */
export type CheckedFilter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly CheckedFilter[] }
  | { readonly kind: 'not'; readonly term: CheckedFilter }
  | {
      readonly kind: 'compare'
      readonly operator: Operator
      readonly column: Column
      readonly with: FilterValue | Column
    }
  | { readonly kind: 'in'; readonly column: Column; readonly values: readonly FilterValue[] }
  | { readonly kind: 'like'; readonly column: Column; readonly pattern: LikePattern }
  | { readonly kind: 'null'; readonly column: Column }
  | {
      readonly kind: 'contains'
      readonly column: Column
      readonly mode: ContainsMode
      readonly values: readonly FilterValue[]
    }

/** All columns that a condition reads. */
export function columnsOf(filter: CheckedFilter): Column[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.terms.flatMap(columnsOf)
    case 'not':
      return columnsOf(filter.term)
    default:
      return [
        filter.column,
        ...(filter.kind === 'compare' && 'read' in filter.with ? [filter.with] : []),
      ].flatMap((column) => column.inputs ?? [column])
  }
}
