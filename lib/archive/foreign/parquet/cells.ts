import type { Json, JsonObject } from '../../../core/object.ts'
import { isReference, type PropertySchema } from '../../../core/schema.ts'
import { type Data, DataType, type Field, Vector } from '../../format/arrow.ts'
import type { ForeignChanges } from '../changes.ts'
import { PlainFault } from '../plainFault.ts'
import { legalName } from '../propertyName.ts'
import { decimalOf, decimalText, longOf, wholeFloat } from './numbers.ts'
import { dayText, momentText, timeText } from './times.ts'
import type { Zone } from './zone.ts'

/** Reads a column's value in a row; undefined if it has none. */
export type CellReader = (row: number) => Json | undefined

/** Settings for reading the values of all columns. */
export interface CellOptions {
  /** The zone of timestamps that do not name one. */
  readonly zone: Zone | undefined
  readonly changes: ForeignChanges
}

/** The property that a value is for, if the class is known. */
type TargetProperty = PropertySchema | undefined

const UUID_BYTES = 16

/** A column of any Parquet type → values of a property; undefined for a type that no property has. */
export function cellReader(
  data: Data,
  reading: CellOptions,
  wanted?: TargetProperty,
): CellReader | undefined {
  const read = readerOf(data, reading, wanted)
  return read && ((row) => (data.getValid(row) ? read(row) : undefined))
}

function readerOf(data: Data, reading: CellOptions, wanted: TargetProperty): CellReader | undefined {
  const { type, values } = data
  const any = new Vector([data])
  const to = wanted?.dataType[0]
  if (DataType.isNull(type)) return () => undefined
  if (DataType.isBool(type)) return (row) => any.get(row) as boolean
  if (DataType.isInt(type)) return type.bitWidth === 64 ? (row) => longOf(values[row]) : (row) => values[row]
  if (DataType.isFloat(type)) return floatCell(any, to)
  if (DataType.isDecimal(type)) {
    const textOf = (row: number) => decimalText(any.get(row) as Uint32Array, type.scale)
    return to === 'text' ? textOf : (row) => decimalOf(textOf(row), reading.changes)
  }
  if (DataType.isUtf8(type)) return textCell(any, wanted)
  if (DataType.isBinary(type)) return (row) => bytesText(any.get(row) as Uint8Array, to)
  if (DataType.isFixedSizeBinary(type))
    return (row) => fixedText(any.get(row) as Uint8Array, type.byteWidth, to)
  if (DataType.isTimestamp(type)) {
    const zone = type.timezone ? undefined : reading.zone
    return (row) => momentText(values[row] as bigint, type.unit, zone)
  }
  if (DataType.isDate(type)) return (row) => dayText(values[row] as number)
  if (DataType.isTime(type)) return (row) => timeText(values[row], type.unit)
  if (DataType.isList(type) || DataType.isMap(type)) return listCell(data, reading, wanted)
  return DataType.isStruct(type) ? structCell(data, reading, wanted) : undefined
}

/** Programs write NaN for a missing number, because their integers cannot be missing. */
function floatCell(any: Vector, to: string | undefined): CellReader {
  const isInt = to === 'int' || to === 'int[]'
  return (row) => {
    const value = any.get(row) as number
    if (Number.isNaN(value)) return undefined
    if (!Number.isFinite(value)) throw new PlainFault('invalid_value', 'it holds infinity')
    return isInt ? wholeFloat(value) : value
  }
}

function textCell(any: Vector, wanted: TargetProperty): CellReader {
  const isLink = wanted !== undefined && isReference(wanted)
  return (row) => {
    const text = any.get(row) as string
    return isLink ? { beacon: text } : text
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function bytesText(bytes: Uint8Array, to: string | undefined): string {
  if (to?.startsWith('text') !== true) return Buffer.from(bytes).toString('base64')
  try {
    return utf8.decode(bytes)
  } catch {
    throw new PlainFault('invalid_utf8', 'it holds bytes that are not text')
  }
}

function fixedText(bytes: Uint8Array, width: number, to: string | undefined): string {
  const buffer = Buffer.from(bytes)
  if (width !== UUID_BYTES || to?.startsWith('blob')) return buffer.toString('base64')
  return buffer.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A map is read as a list of its pairs. */
function listCell(data: Data, reading: CellOptions, wanted: TargetProperty): CellReader | undefined {
  const element = cellReader(data.children[0]!, reading, wanted)
  if (element === undefined) return undefined
  const { valueOffsets } = data
  return (row) => {
    const list: Json[] = []
    for (let at = Number(valueOffsets[row]); at < Number(valueOffsets[row + 1]); at++)
      list.push(element(at) ?? null)
    return list
  }
}

function structCell(data: Data, reading: CellOptions, wanted: TargetProperty): CellReader | undefined {
  const nested = (wanted?.nestedProperties ?? []) as readonly PropertySchema[]
  const fields = (data.type.children as Field[]).map(({ name }, at) => {
    const of = nested.find((property) => property.name === legalName(name))
    return { name: legalName(name), cell: cellReader(data.children[at]!, reading, of) }
  })
  if (fields.some(({ cell }) => cell === undefined)) return undefined
  return (row) => {
    const record: JsonObject = {}
    for (const { name, cell } of fields) {
      const value = cell!(row)
      if (value !== undefined) record[name] = value
    }
    return record
  }
}
