/** A value that a store compares with: a date in RFC 3339 to the nanosecond, a uuid in its canonical spelling. */
export type ConditionValue =
  | { readonly type: 'text' | 'uuid' | 'date'; readonly value: string }
  | { readonly type: 'int' | 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }

/**
 * A condition that a store answers from its indexes. `property` belongs to the class, or is `id`, `_created` or
 * `_updated`. `any` and `all` compare the items of a list, or a single value, with several values.
 */
export interface StoreCondition {
  readonly property: string
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'any' | 'all'
  readonly values: readonly ConditionValue[]
}
