import { Readable } from 'node:stream'
import { ElysiaError, rewordError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Field, RecordBatch } from '../../format/arrow.ts'
import type { Footer } from '../../format/parquet/footer.ts'
import type { ForeignChanges } from '../changes.ts'
import { footerOf } from '../exportFile.ts'
import type { Mapping } from '../mapping.ts'
import { batchesOf, fieldsOf } from './batches.ts'
import type { TableFile } from './directory.ts'
import { requireTimezone } from './naive.ts'
import { type Roles, rolesOf } from './roles.ts'
import { type RowReader, rowReader } from './rows.ts'
import type { Widths } from './vectorCells.ts'
import type { Zone } from './zone.ts'

/** How to read a table of any program. */
export interface TableOptions {
  readonly mapping: Mapping
  /** The zone of timestamps that do not name one. */
  readonly zone?: Zone
  /** The class for its rows, if known: values are converted to its data types. */
  readonly schema?: CollectionSchema
}

/** Callbacks for reading a table. */
export interface TableCalls {
  readonly onReject: (reject: Reject) => void
  readonly changes: ForeignChanges
  /** Called with each object, and the file and row where a person finds it. */
  readonly onObject?: (object: StoredObject, file: string, line: number) => void
}

/** A table: Parquet files of any program. */
export interface Table {
  readonly files: readonly TableFile[]
  readonly rows: number
  /** The roles in its first file. */
  readonly roles: Roles
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Looks at the first rows of a table, and decides the role of each column. @throws ElysiaError ELYSIA_DAMAGED;
 * ELYSIA_USAGE if a role is ambiguous, or timestamps have no zone
 */
export async function openTable(files: readonly TableFile[], options: TableOptions): Promise<Table> {
  let rows = 0
  let first: { readonly file: TableFile; readonly footer: Footer } | undefined
  for (const file of files) {
    const footer = await footerOf(file.path)
    rows += footer.rows
    if (footer.rows > 0) first ??= { file, footer }
  }
  if (first === undefined) return { files, rows, roles: NOTHING, metadata: new Map() }
  const { metadata } = first.footer
  const roles = rolesFor(
    first.file,
    { fields: await fieldsOf(first.file.path, first.footer), metadata },
    options,
  )
  return { files, rows, roles, metadata }
}

const NOTHING: Roles = { id: [], isMade: false, properties: new Map(), vectors: new Map(), leftOut: [] }

interface FileFacts {
  readonly fields: readonly Field[]
  readonly metadata: ReadonlyMap<string, string>
}

function rolesFor(file: TableFile, { fields, metadata }: FileFacts, options: TableOptions): Roles {
  const { mapping, schema, zone } = options
  try {
    const partitions = Object.keys(file.partition).filter((name) =>
      fields.every((field) => field.name !== name),
    )
    const roles = rolesOf({ fields, metadata, partitions, mapping, schema })
    if (zone === undefined) requireTimezone(fields, roles)
    return roles
  } catch (thrown) {
    throw thrown instanceof ElysiaError ? rewordError(thrown, `${file.path}: ${thrown.message}`) : thrown
  }
}

/**
 * The objects of a table in pages, in the order of its files and rows. Memory: as `batchesOf`.
 * Errors: ELYSIA_DAMAGED; ELYSIA_USAGE as `openTable`.
 */
export function readTable(table: Table, options: TableOptions, calls: TableCalls): Readable {
  return Readable.from(pagesOf(table, options, calls), { objectMode: true, highWaterMark: 1 })
}

async function* pagesOf(
  { files }: Table,
  options: TableOptions,
  calls: TableCalls,
): AsyncGenerator<StoredObject[]> {
  const widths: Widths = new Map()
  for (const file of files) yield* filePages(file, files.length > 1, { ...options, widths }, calls)
}

/** `widths` is undefined if vectors are not wanted. */
export type FileOptions = TableOptions & { readonly widths: Widths | undefined }

async function* filePages(
  file: TableFile,
  isNamed: boolean,
  options: FileOptions,
  { onReject, changes, onObject }: TableCalls,
): AsyncGenerator<StoredObject[]> {
  let line = 0
  for await (const { batch, read } of readersOf(file, options, changes)) {
    const page: StoredObject[] = []
    for (let row = 0; row < batch.numRows; row++) {
      line += 1
      const object = read(row, line)
      if (object instanceof Reject) onReject(isNamed ? ofFile(object, file.name) : object)
      else {
        onObject?.(object, file.name, line)
        page.push(object)
      }
    }
    if (page.length > 0) yield page
  }
}

/** Some rows of a file, and the reader for them. */
export interface ReadableBatch {
  readonly batch: RecordBatch
  /** All columns of the file, including those that are not read. */
  readonly fields: readonly Field[]
  readonly roles: Roles
  readonly read: RowReader
}

/** The batches of a file with their readers. */
export async function* readersOf(
  file: TableFile,
  { widths, ...options }: FileOptions,
  changes: ForeignChanges,
): AsyncGenerator<ReadableBatch> {
  const { schema, zone } = options
  const { path, partition } = file
  const footer = await footerOf(path)
  if (footer.rows === 0) return
  const fields = await fieldsOf(path, footer)
  const roles = rolesFor(file, { fields, metadata: footer.metadata }, options)
  const reading = { roles, schema, widths, zone, changes, partition }
  for await (const batch of batchesOf(path, footer, widths ? undefined : withoutVectors(fields, roles))) {
    yield { batch, fields, roles, read: rowReader(batch, reading) }
  }
}

function withoutVectors(fields: readonly Field[], { vectors }: Roles): string[] {
  const columns = new Set(vectors.values())
  return fields.map(({ name }) => name).filter((name) => !columns.has(name))
}

function ofFile(reject: Reject, name: string): Reject {
  const { line, end, code, reason, text } = reject
  return new Reject({ line, end, ...(text !== undefined && { text }) }, code, `${name}: ${reason}`)
}
