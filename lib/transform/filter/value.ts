import { exactNumber } from '../../core/exactJson.ts'
import { canonicalUuid, isUuidOfAnySpelling } from '../../core/value/uuid.ts'
import type { ColumnType } from './column.ts'
import type { Literal } from './expression.ts'
import { type Instant, instantOf } from './instant.ts'

/** The types whose values can be compared. */
export type ValueType = Exclude<ColumnType, 'none'>

/** A literal as a value of its column's type. */
export type FilterValue =
  | { readonly type: 'text' | 'uuid'; readonly value: string }
  | { readonly type: 'int' | 'number'; readonly value: number | bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'date'; readonly value: Instant }

/** What a literal must look like for each type. */
export const EXPECTED: Readonly<Record<ValueType, string>> = {
  text: "a 'text'",
  int: 'a number',
  number: 'a number',
  boolean: 'TRUE or FALSE',
  date: "a date such as '2024-01-31' or '2024-01-31T12:00:00Z'",
  uuid: "a UUID such as '00000000-0000-4000-8000-000000000000'",
}

/** A literal's value for a type; undefined if it does not fit. */
export function literalValue({ kind, text }: Literal, type: ValueType): FilterValue | undefined {
  switch (type) {
    case 'text':
      return kind === 'text' ? { type, value: text } : undefined
    case 'uuid':
      return kind === 'text' && isUuidOfAnySpelling(text) ? { type, value: canonicalUuid(text) } : undefined
    case 'boolean':
      return kind === 'boolean' ? { type, value: text === 'true' } : undefined
    case 'date': {
      const value = kind === 'text' ? instantOf(text) : undefined
      return value && { type, value }
    }
    default: {
      const value = kind === 'number' ? numberOf(text, type) : undefined
      return value === undefined ? undefined : { type, value }
    }
  }
}

/** Undefined beyond the range of doubles: no value is infinite. */
function numberOf(text: string, type: 'int' | 'number'): number | bigint | undefined {
  const double = Number(text)
  if (!Number.isFinite(double)) return undefined
  // A `number` is a 64-bit float in every store, so its literal is too.
  return type === 'number' ? double : exactNumber(text.replace(/^\+|\.0*$/g, ''), double)
}
