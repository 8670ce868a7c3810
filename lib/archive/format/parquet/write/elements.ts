import { DataType, type Field, type Schema, TimeUnit } from '../../arrow.ts'
import type { SchemaElement } from '../../parquetThrift.ts'

/** The name that Parquet's own specification gives what repeats in a list. */
const LIST = 'list'

/** The schema of a Parquet file by its Arrow schema: a tree, as a list of what comes first. */
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

/** How values of a type are stored. Throws a TypeError for one that no column of ours has. */
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
