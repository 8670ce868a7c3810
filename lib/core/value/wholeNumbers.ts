import { isLarge, parseExact } from '../exactJson.ts'
import type { Json, JsonObject } from '../object.ts'
import type { PropertySchema } from '../schema.ts'
import { valueMapper } from './propertyValues.ts'

/**
 * Whole numbers by the types of their properties: an `int` beyond ±(2^53 - 1) becomes a bigint, a `number` a double,
 * however it was written.
 */
export interface WholeNumbers {
  /** Parses properties from JSON. */
  parse(json: string): JsonObject
  /** Converts properties from `parseExact`: those of type `number` become doubles. */
  typed(properties: JsonObject): JsonObject
  /** Converts properties from a source that holds an `int` as a double: each gets the exact value of its double. */
  ofDoubles(properties: JsonObject): JsonObject
}

/** The whole numbers of a class. Without a large number, only properties of type `int` are examined. */
export function wholeNumbers(declared: readonly PropertySchema[] | null = []): WholeNumbers {
  const properties = declared ?? []
  const identity = (values: JsonObject) => values
  const typed = valueMapper(properties, { number: doubleOf }) ?? identity
  let large = false
  const look = valueMapper(properties, {
    int: (value) => {
      large ||= typeof value === 'number' && isLarge(value)
      return value
    },
  })
  return {
    typed,
    ofDoubles: valueMapper(properties, { number: doubleOf, int: bigintOf }) ?? identity,
    parse(json) {
      const parsed = JSON.parse(json) as JsonObject
      if (look === undefined) return parsed
      large = false
      look(parsed)
      return large ? typed(parseExact(json) as JsonObject) : parsed
    },
  }
}

/** The value of a `number` as a double. */
export function doubleOf(value: Json): Json {
  return typeof value === 'bigint' ? Number(value) : value
}

function bigintOf(value: Json): Json {
  return typeof value === 'number' && isLarge(value) && Number.isFinite(value) ? BigInt(value) : value
}
