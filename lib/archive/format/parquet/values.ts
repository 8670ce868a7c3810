import { ElysiaError } from '../../../core/errors.ts'
import type { Json, StoredObject, Vector } from '../../../core/object.ts'
import { recordOf } from '../../../core/value/record.ts'
import { DataType, type Struct } from '../arrow.ts'
import { MAX_PAGE_BYTES } from './page.ts'
import type { ColumnType } from './type.ts'

const MIB = 1024 * 1024

/** More values than any object has in its lists: a reader would need more than a gigabyte for them. */
export const MAX_NESTED_VALUES = 20_000_000

/** Checks that a reader accepts an object. @throws ElysiaError ELYSIA_STORE if its lists have too many values */
export function requireReadable(object: StoredObject, kinds: ReadonlyMap<string, ColumnType>): void {
  const { id, properties, vectors = {} } = object
  let values = 0
  for (const [name, { type }] of kinds) values += valuesOf(type, properties[name])
  for (const vector of Object.values<Vector>(vectors)) values += numbersIn(vector)
  if (values <= MAX_NESTED_VALUES) return
  const most = MAX_NESTED_VALUES.toLocaleString('en')
  throw new ElysiaError('ELYSIA_STORE', `object ${id} has more than ${most} values in its lists`, {
    hint: 'Parquet cannot be read with so many: back it up with --format jsonl',
  })
}

/** A page also has the levels of its values, and may begin with those of earlier objects. */
const MAX_COLUMN_BYTES = MAX_PAGE_BYTES - 8 * MIB

/** A reader holds one page and one dictionary of each column, 512 MiB together. */
const MAX_COLUMNS_BYTES = 240 * MIB

/**
 * Checks that a reader accepts the pages of a batch, which ends with the object that made it large.
 * @throws ElysiaError ELYSIA_STORE if a page is longer than 120 MiB, or all pages together than 240
 */
export function requireReadablePages(
  { id }: StoredObject,
  columns: Iterable<{ readonly bytes: number }>,
): void {
  let sum = 0
  let largest = 0
  for (const { bytes } of columns) {
    sum += bytes
    largest = Math.max(largest, bytes)
  }
  if (largest <= MAX_COLUMN_BYTES && sum <= MAX_COLUMNS_BYTES) return
  const most =
    largest > MAX_COLUMN_BYTES
      ? `${MAX_COLUMN_BYTES / MIB} MiB in one column`
      : `${MAX_COLUMNS_BYTES / MIB} MiB`
  throw new ElysiaError('ELYSIA_STORE', `object ${id} has more than ${most}`, {
    hint: 'Parquet cannot be read with so much: back it up with --format jsonl',
  })
}

/** How many values a value of a type takes in columns: an object takes one per field, present or not. */
function valuesOf(type: DataType, value: Json | undefined): number {
  const least = columnsOf(type)
  if (least !== undefined) return least
  if (DataType.isList(type)) {
    const element = type.children[0]!.type
    const list = Array.isArray(value) && value.length > 0 ? value : [undefined]
    const each = columnsOf(element)
    if (each !== undefined) return list.length * each
    return list.reduce<number>((sum, one) => sum + valuesOf(element, one), 0)
  }
  const record = recordOf(value)
  return (type as Struct).children.reduce((sum, field) => sum + valuesOf(field.type, record[field.name]), 0)
}

/** How many columns a type without lists has; undefined for any other type. */
function columnsOf(type: DataType): number | undefined {
  if (DataType.isList(type)) return undefined
  if (!DataType.isStruct(type)) return 1
  let columns = 0
  for (const field of type.children) {
    const inner = columnsOf(field.type)
    if (inner === undefined) return undefined
    columns += inner
  }
  return columns
}

function numbersIn(vector: Vector): number {
  return vector instanceof Float32Array ? vector.length : vector.reduce((sum, row) => sum + row.length, 0)
}
