import { exactJson, isInt64, parseExact } from '../../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { DataType, type Field } from '../../format/arrow.ts'
import { instantOf, textOf } from '../../format/parquet/date.ts'
import { OBJECT_BOUNDS } from '../../object/bounds.ts'
import { ObjectParseError, objectOf } from '../../object/parse.ts'

/**
 * An object of an archive's Parquet file with the more exact values from `_rest`. If a column no longer shows the
 * value that `_rest` was written with, somebody has changed it since, and the column counts.
 * @throws ObjectParseError, SyntaxError, JsonTooComplex if `_rest` is malformed
 */
export function withRestUnlessChanged(
  object: StoredObject,
  text: string,
  typeOf: (property: string) => DataType | undefined,
): StoredObject {
  const rest = objectOf(parseExact(text, OBJECT_BOUNDS))
  if (rest.id !== object.id) throw new ObjectParseError(`has the rest of ${rest.id}`)
  const properties: JsonObject = { ...object.properties }
  for (const [name, value] of Object.entries(rest.properties)) {
    const type = typeOf(name)
    const isUnchanged = type === undefined || isSame(properties[name], shownAs(type, value))
    if (isUnchanged) properties[name] = value
  }
  const vector = object.vector ?? rest.vector
  const vectors = { ...rest.vectors, ...object.vectors }
  return {
    ...object,
    properties,
    ...(vector !== undefined && { vector }),
    ...(Object.keys(vectors).length > 0 && { vectors }),
  }
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return exactJson(one) === exactJson(other)
}

/** What a column shows for a value that it cannot hold exactly; undefined if it shows nothing. */
function shownAs(type: DataType, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (DataType.isUtf8(type)) return typeof value === 'string' ? value.toWellFormed() : undefined
  if (DataType.isTimestamp(type)) return shownMoment(value)
  if (DataType.isBool(type)) return typeof value === 'boolean' ? value : undefined
  if (DataType.isInt(type) || DataType.isFloat(type)) return shownNumber(type, value)
  if (DataType.isBinary(type)) return isBase64(value) ? value : undefined
  if (DataType.isList(type)) {
    const element = type.children[0]!.type as DataType
    return Array.isArray(value) ? value.map((one) => shownAs(element, one) ?? null) : undefined
  }
  if (!DataType.isStruct(type) || !isRecord(value)) return undefined
  const fields = (type.children as Field[]).map(
    ({ name, type: of }) => [name, shownAs(of, value[name])] as const,
  )
  return Object.fromEntries(fields.filter(([, shown]) => shown !== undefined)) as JsonObject
}

function shownMoment(value: Json): string | undefined {
  const instant = typeof value === 'string' ? instantOf(value) : undefined
  return instant && textOf(BigInt(instant.millis) * 1000n + BigInt(instant.micros))
}

/** An integer among missing values becomes a float when a program rewrites the column. */
function shownNumber(type: DataType, value: Json): Json | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  if (!isNumber || Object.is(value, -0)) return undefined
  if (DataType.isFloat(type)) return Number(value)
  return Number.isSafeInteger(value) || (typeof value === 'bigint' && isInt64(value)) ? value : undefined
}

function isBase64(value: Json): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value
}
