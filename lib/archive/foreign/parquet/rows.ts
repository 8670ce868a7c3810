import { JsonTooComplex } from '../../../core/boundedJson.ts'
import { messageOf } from '../../../core/errors.ts'
import { exactJson } from '../../../core/exactJson.ts'
import type { Json, JsonObject, ObjectDraft, StoredObject, Vector } from '../../../core/object.ts'
import { Reject } from '../../../core/reject.ts'
import type { CollectionSchema, PropertySchema } from '../../../core/schema.ts'
import type { Data, DataType, RecordBatch } from '../../format/arrow.ts'
import { ObjectParseError } from '../../object/parse.ts'
import { foreignId, idFromValues, keepOriginal } from '../foreignId.ts'
import { PlainFault } from '../plainFault.ts'
import { type CellOptions, type CellReader, cellReader } from './cells.ts'
import { withRestUnlessChanged } from './rest.ts'
import type { Roles } from './roles.ts'
import { type VectorCell, vectorCell, type Widths } from './vectorCells.ts'

/** Settings for reading the rows of a file. */
export interface RowReaderOptions extends CellOptions {
  readonly roles: Roles
  /** The class for the rows, if known. */
  readonly schema: CollectionSchema | undefined
  /** Undefined if vectors are not wanted. */
  readonly widths: Widths | undefined
  /** The values in the names of the file's directories, by column. */
  readonly partition: Readonly<Record<string, Json>>
}

/** The object in a row, or the reason why there is none. `line` is the number of the row in its file, from 1. */
export type RowReader = (row: number, line: number) => StoredObject | Reject

/** Reads the rows of a batch. */
export function rowReader(batch: RecordBatch, reading: RowReaderOptions): RowReader {
  const { roles } = reading
  const columns = new Columns(batch, reading)
  const identified = idReader(columns, reading)
  const properties = [...roles.properties].flatMap(([name, column]) => columns.named(name, column))
  const vectors = columns.vectors()
  const tenant = columns.cell(roles.tenant)
  const times = { createdMs: columns.cell(roles.created), updatedMs: columns.cell(roles.updated) }
  const rest = columns.cell(roles.rest)
  const object = (row: number): StoredObject => {
    const draft: ObjectDraft = { id: '', properties: propertiesOf(properties, row) }
    identified(row, draft)
    for (const [name, cell] of vectors) addVector(draft, name, cell(row))
    const where = tenant?.(row)
    if (where !== undefined) draft.tenant = `${where}`
    addTimes(draft, times, row)
    const more = rest?.(row)
    return typeof more === 'string' ? withRestUnlessChanged(draft, more, columns.typeOf) : draft
  }
  return (row, line) => {
    try {
      return object(row)
    } catch (thrown) {
      if (!(thrown instanceof PlainFault) && !isMalformed(thrown)) throw thrown
      const code = thrown instanceof PlainFault ? thrown.code : 'invalid_value'
      return new Reject(
        { line, end: line, text: columns.textOf(row) },
        code,
        `row ${line}: ${messageOf(thrown)}`,
      )
    }
  }
}

/** True for errors about the content of `_rest`. */
function isMalformed(thrown: unknown): boolean {
  return [ObjectParseError, SyntaxError, JsonTooComplex].some((kind) => thrown instanceof kind)
}

/** The columns of a batch and of its directories, by name. */
class Columns {
  readonly #batch: RecordBatch
  readonly #reading: RowReaderOptions
  #all: (readonly [string, CellReader | undefined])[] | undefined

  constructor(batch: RecordBatch, reading: RowReaderOptions) {
    this.#batch = batch
    this.#reading = reading
  }

  /** Undefined if there is no such column. */
  cell(column: string | undefined, wanted?: PropertySchema): CellReader | undefined {
    const data = column === undefined ? undefined : this.#data(column)
    if (data !== undefined) return cellReader(data, this.#reading, wanted)
    const value = column === undefined ? undefined : this.#reading.partition[column]
    if (value === undefined) return undefined
    const isText = wanted?.dataType[0] === 'text'
    return () => (value === null ? undefined : isText ? `${value}` : value)
  }

  named(name: string, column: string): [string, CellReader][] {
    const wanted = this.#reading.schema?.properties?.find((one) => one.name === name)
    const cell = this.cell(column, wanted)
    return cell === undefined ? [] : [[name, cell]]
  }

  vectors(): [string, VectorCell][] {
    const { roles, widths, changes } = this.#reading
    if (widths === undefined) return []
    return [...roles.vectors].flatMap(([name, column]): [string, VectorCell][] => {
      const data = this.#data(column)
      return data === undefined ? [] : [[name, vectorCell(data, name, widths, changes)]]
    })
  }

  /** A row as a JSON line, as far as JSON can express its values. */
  textOf(row: number): string {
    const { fields } = this.#batch.schema
    this.#all ??= fields.map(({ name }) => [name, cellReader(this.#data(name)!, this.#reading)] as const)
    const values = this.#all.map(([name, cell]) => [name, valueOrNull(cell, row)] as const)
    return exactJson(Object.fromEntries(values))
  }

  /** The type of the column of a property. */
  readonly typeOf = (property: string): DataType | undefined => {
    const column = this.#reading.roles.properties.get(property)
    return column === undefined ? undefined : this.#data(column)?.type
  }

  #data(column: string): Data | undefined {
    const index = this.#batch.schema.fields.findIndex(({ name }) => name === column)
    return this.#batch.data.children[index]
  }
}

function valueOrNull(cell: CellReader | undefined, row: number): Json {
  try {
    return cell?.(row) ?? null
  } catch {
    return null
  }
}

/** Gives an object its id; keeps an original id that is not a UUID as a property, except in an archive's file. */
function idReader(
  columns: Columns,
  { roles, changes }: RowReaderOptions,
): (row: number, draft: ObjectDraft) => void {
  const { id, isMade, rest } = roles
  const cells = id.map((column) => [column, columns.cell(column)] as const)
  return (row, draft) => {
    const values = cells.map(([column, cell]) => [column, cell?.(row)] as const)
    if (isMade) {
      draft.id = idFromValues(values)
      return
    }
    const { id: made, original } = foreignId(values[0]![1])
    draft.id = made
    if (original === undefined) return
    if (rest !== undefined) throw new PlainFault('invalid_value', 'its id is not a UUID')
    changes.note('ids')
    keepOriginal(draft.properties, original)
  }
}

function propertiesOf(cells: readonly (readonly [string, CellReader])[], row: number): JsonObject {
  const properties: JsonObject = {}
  for (const [name, cell] of cells) {
    const value = named(name, () => cell(row))
    if (value !== undefined) properties[name] = value
  }
  return properties
}

function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof PlainFault) throw new PlainFault(thrown.code, `${name}: ${thrown.message}`)
    throw thrown
  }
}

function addVector(draft: ObjectDraft, name: string, vector: Vector | undefined): void {
  if (vector === undefined) return
  if (name === '' && vector instanceof Float32Array) draft.vector = vector
  else if (name !== '') draft.vectors = { ...draft.vectors, [name]: vector }
  else
    throw new PlainFault('wrong_type', 'several vectors of an object need a name: --vector-from NAME=COLUMN')
}

type TimeCells = Readonly<Record<'createdMs' | 'updatedMs', CellReader | undefined>>

function addTimes(draft: ObjectDraft, times: TimeCells, row: number): void {
  for (const key of ['createdMs', 'updatedMs'] as const) {
    const text = times[key]?.(row)
    if (typeof text === 'string') draft[key] = Date.parse(text)
  }
}
