import { DataType, type Field, type Schema, TimeUnit } from '../../arrow.ts'
import type { SchemaElement } from '../../parquetThrift.ts'

/** The name for the repeated group of a list in Parquet's own specification. */
const LIST = 'list'

/** The Parquet schema for an Arrow schema: a tree, flattened depth first. */
export function elementsOf({ fields }: Schema): SchemaElement[] {
  return [{ name: 'schema', num_children: fields.length }, ...fields.flatMap((field) => elementOf(field))]
}

function elementOf({ name, type, nullable }: Field): SchemaElement[] {
  const own = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const
  if (DataType.isStruct(type)) {
    const fields = type.children as Field[]
    return [{ ...own, num_children: fields.length }, ...fields.flatMap((field) => elementOf(field))]
  }
  if (DataType.isList(type) || DataType.isFixedSizeList(type))
    return [
      { ...own, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: LIST, repetition_type: 'REPEATED', num_children: 1 },
      ...elementOf(type.children[0]!),
    ]
  return [{ ...own, ...physicalOf(type) }]
}

/** How values of a type are stored. Throws a TypeError for a type that our columns do not have. */
function physicalOf(type: DataType): Omit<SchemaElement, 'name'> {
  if (DataType.isUtf8(type))
    return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }
  if (DataType.isBinary(type)) return { type: 'BYTE_ARRAY' }
  if (DataType.isBool(type)) return { type: 'BOOLEAN' }
  if (DataType.isInt(type) && type.bitWidth === 64) return { type: 'INT64' }
  if (DataType.isFloat(type)) return { type: type.precision === 1 ? 'FLOAT' : 'DOUBLE' }
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MILLISECOND) return timestamp('MILLIS')
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND) return timestamp('MICROS')
  throw new TypeError(`no column of an archive is of type ${type}`)
}

function timestamp(unit: 'MILLIS' | 'MICROS'): Omit<SchemaElement, 'name'> {
  return {
    type: 'INT64',
    converted_type: `TIMESTAMP_${unit}`,
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
  }
}
