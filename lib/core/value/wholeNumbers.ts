import { isLarge, parseExact } from '../exactJson.ts'
import type { Json, JsonObject } from '../object.ts'
import type { PropertySchema } from '../schema.ts'
import { changing } from './propertyValues.ts'

/**
 * Whole numbers by the types of their properties: an `int` beyond ±(2^53 - 1) is a bigint, a `number` a double,
 * whatever it was written as.
 */
export interface WholeNumbers {
  /** The properties that a text holds. */
  parse(json: string): JsonObject
  /** What `parseExact` made of properties: of a `number` the double. */
  typed(properties: JsonObject): JsonObject
  /** Properties of whoever holds an `int` as a double: what it is, exactly, and not what was rounded to it. */
  ofDoubles(properties: JsonObject): JsonObject
}

/** For the objects of a class. Where there is no large number no property is looked at but those of the type `int`. */
export function wholeNumbers(properties: readonly PropertySchema[] = []): WholeNumbers {
  const same = (values: JsonObject) => values
  const typed = changing(properties, { number: doubleOf }) ?? same
  let large = false
  const look = changing(properties, {
    int: (value) => {
      large ||= typeof value === 'number' && isLarge(value)
      return value
    },
  })
  return {
    typed,
    ofDoubles: changing(properties, { number: doubleOf, int: bigintOf }) ?? same,
    parse(json) {
      const parsed = JSON.parse(json) as JsonObject
      if (look === undefined) return parsed
      large = false
      look(parsed)
      return large ? typed(parseExact(json) as JsonObject) : parsed
    },
  }
}

/** The double of a `number`. */
export function doubleOf(value: Json): Json {
  return typeof value === 'bigint' ? Number(value) : value
}

function bigintOf(value: Json): Json {
  return typeof value === 'number' && isLarge(value) && Number.isFinite(value) ? BigInt(value) : value
}
