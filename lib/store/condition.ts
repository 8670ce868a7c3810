/** A value that a store compares with: of a date RFC 3339 to the nanosecond, of a uuid its canonical spelling. */
export type ConditionValue =
  | { readonly type: 'text' | 'uuid' | 'date'; readonly value: string }
  | { readonly type: 'int' | 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }

/**
 * A condition that a store answers from its indexes. `property` is one of the class, or `id`, `_created` or `_updated`.
 * `any` and `all` compare the items of a list, or a single value, with several.
 */
export interface StoreCondition {
  readonly property: string
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'any' | 'all'
  readonly values: readonly ConditionValue[]
}
