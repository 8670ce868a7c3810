import { isLimited, noteGarbage, scaledToMemory } from '../../../core/memory/limits.ts'
import type { JsonObject, StoredObject, Vector } from '../../../core/object.ts'
import { isUuid } from '../../../core/value/uuid.ts'
import { type Data, type DataType, type RecordBatch, tableFromIPC } from '../arrow.ts'
import type { DeclaredLimits } from '../format.ts'
import { META } from '../parquetMetadata.ts'
import * as wasm from '../parquetWasm.ts'
import type { ValueReader } from './builders.ts'
import { type Footer, footerBytes, rawBytesOf, readFooter, requireReadable, TRAILER_BYTES } from './footer.ts'
import { type ColumnNames, kindsOf, readMetadata, textType, timeType } from './layout.ts'
import { FIXED_BYTE_ARRAY, requireDisjoint } from './pages.ts'
import type { FileBytes } from './read/fileBytes.ts'
import { groupFile } from './read/groupFile.ts'
import { withRest } from './remainder.ts'
import { halvesOf, text } from './types.ts'
import { shapeOfType, vectorBytes, vectorReader, vectorType } from './vectors.ts'
import { windowsOf } from './windows.ts'

/** The largest number of objects in a page. */
const PAGE_ROWS = 1000
/** The largest page under a limit on memory. */
const PAGE_BYTES = 4 * 1024 * 1024

/**
 * The objects of a file that our encoder made, in pages, in file order. Holds one row group, or a window of a group
 * larger than 64 MiB. Checks the file's counts against each other, its pages and the manifest before using them.
 * Throws an Error with the reason if the file is damaged or not ours.
 */
export function* pagesOf(
  file: FileBytes,
  tenant: string | undefined,
  { objects = Number.POSITIVE_INFINITY, rawBytes = Number.POSITIVE_INFINITY }: Partial<DeclaredLimits> = {},
): Generator<StoredObject[]> {
  const end = endOf(file)
  const footer = readFooter(end)
  if (footer.rows > objects)
    throw new Error(`has ${footer.rows} rows, the manifest declares ${objects} objects`)
  requireDisjoint(footer, file.length)
  requireNoFixedSizes(footer)
  const raw = rawBytesOf(footer, file.length)
  if (raw > rawBytes)
    throw new Error(`has ${raw} bytes before compression, the manifest declares ${rawBytes}`)
  const { schema, names } = readMetadata(footer.metadata)
  const kinds = kindsOf(schema)
  let rows = 0
  for (const batch of batchesOf(file, footer, end)) {
    const object = objectReader(batch, names, kinds, tenant ?? footer.metadata.get(META.tenant))
    rows += batch.numRows
    const atOnce = rowsAtOnce(batch)
    for (let from = 0; from < batch.numRows; from += atOnce) {
      const length = Math.min(atOnce, batch.numRows - from)
      yield Array.from({ length }, (_, row) => object(from + row))
    }
  }
  if (rows !== footer.rows) throw new Error(`holds ${rows} of ${footer.rows} objects`)
}

/** The footer of a file, with its trailer. */
function endOf({ length, read }: FileBytes): Buffer {
  const trailer = read(Math.max(0, length - TRAILER_BYTES), TRAILER_BYTES)
  const bytes = footerBytes(trailer)
  if (bytes === undefined || bytes > length) return trailer
  requireReadable(bytes)
  return read(length - bytes, bytes)
}

/** How many rows make a page: all, unless memory is limited. */
function rowsAtOnce({ data, numRows }: RecordBatch): number {
  if (!isLimited()) return Math.max(1, numRows)
  return Math.max(1, Math.floor((numRows * scaledToMemory(PAGE_BYTES)) / Math.max(1, data.byteLength)))
}

/**
 * Refuses columns of a fixed-size type: nothing else in the file gives the size of their missing values, and no archive
 * has them.
 */
function requireNoFixedSizes({ groups }: Footer): void {
  if (groups.some(({ chunks }) => chunks.some(({ type }) => type === FIXED_BYTE_ARRAY)))
    throw new Error('has a column of byte arrays of a fixed size')
}

// Synchronous throughout: when the library's asynchronous functions fail, the process dies.
function* batchesOf({ read }: FileBytes, { groups, metadata }: Footer, end: Buffer): Generator<RecordBatch> {
  const widths = vectorBytes(metadata)
  for (const [index, group] of groups.entries()) {
    // The library copies the whole file that it gets.
    let file: Uint8Array | undefined
    for (const { offset, limit } of windowsOf(group, widths, read)) {
      file ??= groupFile(group, end, read)
      let rows = 0
      const window = { rowGroups: [index], batchSize: Math.min(PAGE_ROWS, limit), limit, offset }
      for (const batch of decoded(wasm.readParquet(file, window))) {
        rows += batch.numRows
        yield batch
      }
      // Otherwise a file could claim an endless number of windows.
      if (rows !== limit) throw new Error(`ends after ${offset + rows} of ${group.rows} rows`)
    }
  }
}

function* decoded(table: wasm.Table): Generator<RecordBatch> {
  const batches = table.recordBatches()
  table.free()
  try {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const stream = batch.intoIPCStream()
      noteGarbage(stream.length)
      yield* tableFromIPC(stream).batches
    }
  } finally {
    for (const batch of batches) batch.free()
  }
}

type Kinds = ReturnType<typeof kindsOf>
type Columns = (name: string, type: DataType) => Data

function objectReader(
  batch: RecordBatch,
  names: ColumnNames,
  kinds: Kinds,
  tenant: string | undefined,
): (row: number) => StoredObject {
  const columns = columnsOf(batch)
  const texts = (name: string) => text.reader(columns(name, textType)) as (row: number) => string | undefined
  const id = texts(names.id)
  const tenants = names.tenant === undefined ? undefined : texts(names.tenant)
  const created = timeReader(columns(names.created, timeType))
  const updated = timeReader(columns(names.updated, timeType))
  const rest = texts(names.rest)
  const properties = propertiesReader(columns, names, kinds)
  const vectors = vectorReaders(batch, columns, names)
  return (row) => {
    const object: { -readonly [key in keyof StoredObject]: StoredObject[key] } = {
      id: requireId(id(row)),
      properties: properties(row),
    }
    const where = tenant ?? tenants?.(row)
    if (where !== undefined) object.tenant = where
    vectors(row, object)
    const [createdMs, updatedMs, more] = [created(row), updated(row), rest(row)]
    if (createdMs !== undefined) object.createdMs = createdMs
    if (updatedMs !== undefined) object.updatedMs = updatedMs
    return more === undefined ? object : withRest(object, more)
  }
}

function columnsOf(batch: RecordBatch): Columns {
  const { fields } = batch.schema
  return (name, type) => {
    const index = fields.findIndex((field) => field.name === name)
    const found = fields[index]?.type
    if (String(found) !== String(type)) throw new Error(`has a column ${name} of type ${found}, not ${type}`)
    return batch.data.children[index]!
  }
}

function propertiesReader(
  columns: Columns,
  { properties: names }: ColumnNames,
  kinds: Kinds,
): (row: number) => JsonObject {
  const readers: { readonly name: string; readonly reader: ValueReader }[] = []
  for (const [name, kind] of kinds) {
    if (!Object.hasOwn(names, name)) throw new Error(`has no column for the property ${name}`)
    readers.push({ name, reader: kind.reader(columns(names[name]!, kind.type)) })
  }
  return (row) => {
    const properties: JsonObject = {}
    for (const { name, reader } of readers) {
      const value = reader(row)
      if (value !== undefined) properties[name] = value
    }
    return properties
  }
}

function vectorReaders(batch: RecordBatch, columns: Columns, { vector, vectors }: ColumnNames) {
  const readerOf = (column: string) => {
    const shape = shapeOfType(batch.schema.fields.find(({ name }) => name === column)?.type)
    return vectorReader(columns(column, vectorType(shape)), shape)
  }
  const single = vector === undefined ? undefined : readerOf(vector)
  const named = Object.entries(vectors).map(([name, column]) => ({ name, reader: readerOf(column) }))
  return (row: number, object: { vector?: Float32Array; vectors?: Record<string, Vector> }): void => {
    const one = single?.(row)
    if (one !== undefined) object.vector = one as Float32Array
    for (const { name, reader } of named) {
      const many = reader(row)
      if (many === undefined) continue
      object.vectors ??= {}
      object.vectors[name] = many
    }
  }
}

function timeReader(data: Data): (row: number) => number | undefined {
  const halves = halvesOf(data)
  return (row) => (data.getValid(row) ? halves[row * 2 + 1]! * 2 ** 32 + (halves[row * 2]! >>> 0) : undefined)
}

function requireId(id: string | undefined): string {
  if (id !== undefined && isUuid(id)) return id
  throw new Error(`holds an object with the id ${JSON.stringify(id)}`)
}
