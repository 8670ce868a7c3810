import type { PropertySchema } from '../../core/schema.ts'

/** Settings of a property that only some types have. */
const OF_TYPES: Readonly<Record<string, RegExp>> = {
  tokenization: /^(text|string)(\[\])?$/,
  indexSearchable: /^(text|string)(\[\])?$/,
  textAnalyzer: /^(text|string)(\[\])?$/,
  indexRangeFilters: /^(int|number|date)$/,
}

/** A property with another type, without settings that this type does not have. */
export function ofType(property: PropertySchema, type: string): PropertySchema {
  const { nestedProperties: _, ...rest } = property as PropertySchema & { nestedProperties?: unknown }
  const kept = Object.entries(rest).filter(([key]) => OF_TYPES[key]?.test(type) !== false)
  return { ...(Object.fromEntries(kept) as unknown as PropertySchema), dataType: [type] }
}
