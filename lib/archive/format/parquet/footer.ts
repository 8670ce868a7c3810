import { columnsOf, type MaxLevels } from './schemaColumns.ts'
import { Thrift } from './thrift.ts'

/** The footer of a Parquet file. */
export interface Footer {
  readonly rows: number
  readonly groups: readonly RowGroup[]
  readonly metadata: ReadonlyMap<string, string>
}

/** Rows that are stored together: `bytes` is their size before compression. */
export interface RowGroup {
  readonly rows: number
  readonly bytes: number
  readonly chunks: readonly ColumnChunk[]
}

/** Where a footer holds an offset: the positions of its bytes, counted from the beginning of the footer. */
export interface OffsetField {
  readonly at: number
  readonly end: number
  readonly value: number
}

/** The pages of one column in a row group: `start` and `bytes` locate them in the file. */
export interface ColumnChunk extends MaxLevels {
  readonly start: number
  readonly bytes: number
  /** Bytes before compression, including page headers. */
  readonly rawBytes: number
  /** Values, including nulls and empty lists; inside a list, any number per row, but at least one. */
  readonly values: number
  /** Parquet's numbers: type 6 is byte array, 7 fixed-length byte array; codec 0 is none, 6 zstd. */
  readonly type: number
  readonly codec: number
  /** Where the footer says at which offsets its pages begin. */
  readonly offsets: readonly OffsetField[]
}

/** The length field and the magic number, which end every file. */
export const TRAILER_BYTES = 8

const MAGIC = 'PAR1'

/** More than 250,000 column chunks need. */
const MAX_FOOTER_BYTES = 32 * 1024 * 1024
/** A reader needs up to a kilobyte for each. */
const MAX_CHUNKS = 250_000
const MAX_GROUPS = 100_000
const MAX_PAIRS = 10_000
const MAX_COLUMNS = 50_000

const WHAT = 'a footer'

/** How many bytes a file would have without page compression. */
export function rawBytesOf({ groups }: Pick<Footer, 'groups'>, fileBytes: number): number {
  let sum = fileBytes
  for (const { chunks } of groups) for (const { bytes, rawBytes } of chunks) sum += rawBytes - bytes
  return Math.max(fileBytes, sum)
}

/**
 * The length of the footer at the end of a file, trailer included; undefined if the file does not end like a Parquet
 * file.
 */
export function footerBytes(trailer: Buffer): number | undefined {
  const start = trailer.length - TRAILER_BYTES
  if (start < 0 || trailer.toString('latin1', start + 4) !== MAGIC) return undefined
  return trailer.readUInt32LE(start) + TRAILER_BYTES
}

/** Throws an Error if a footer is too large to read. */
export function requireReadable(bytes: number): void {
  if (bytes > MAX_FOOTER_BYTES)
    throw new Error(`has a footer of ${bytes} bytes, more than ${MAX_FOOTER_BYTES}`)
}

/**
 * Reads a footer from the last bytes of a file, which have to contain all of it. Memory: at most ten times the
 * footer. Throws an Error with the reason if they are not a footer, or contradict themselves.
 * @see https://github.com/apache/parquet-format (FileMetaData)
 */
export function readFooter(end: Buffer): Footer {
  const bytes = footerBytes(end)
  if (bytes === undefined || bytes > end.length) throw new Error('does not end as a Parquet file does')
  requireReadable(bytes)
  const thrift = new Thrift(end.subarray(end.length - bytes, -TRAILER_BYTES), WHAT)
  const groups: RowGroup[] = []
  const metadata = new Map<string, string>()
  let rows: number | undefined
  let columns: MaxLevels[] | undefined
  let chunks = 0
  thrift.struct((id, type) => {
    if (id === 2) columns = columnsOf(thrift, type, MAX_COLUMNS)
    else if (id === 3) rows = thrift.count(type)
    else if (id === 4) {
      thrift.structs(type, MAX_GROUPS, () => {
        const group = rowGroup(thrift, columns ?? [])
        chunks += group.chunks.length
        requireFew(chunks, MAX_CHUNKS, 'column chunks')
        groups.push(group)
      })
    } else if (id === 5) thrift.structs(type, MAX_PAIRS, () => metadata.set(...pair(thrift)))
    else return false
  })
  const inGroups = groups.reduce((sum, group) => sum + group.rows, 0)
  if (rows === undefined) throw countless()
  if (inGroups !== rows) throw new Error(`says that it has ${rows} rows, and ${inGroups} in its row groups`)
  return { rows, groups, metadata }
}

/** `columns` are those of the schema, which precedes the row groups. */
function rowGroup(thrift: Thrift, columns: readonly MaxLevels[]): RowGroup {
  const chunks: ColumnChunk[] = []
  let [rows, bytes]: (number | undefined)[] = []
  thrift.struct((id, type) => {
    if (id === 1)
      thrift.structs(type, MAX_COLUMNS, () => chunks.push(columnChunk(thrift, columns[chunks.length])))
    else if (id === 2) bytes = thrift.count(type)
    else if (id === 3) rows = thrift.count(type)
    else return false
  })
  if (rows === undefined || bytes === undefined) throw countless()
  if (chunks.length !== columns.length) throw new Error('has a row group of fewer columns than its schema')
  return { rows, bytes, chunks }
}

function columnChunk(thrift: Thrift, levels: MaxLevels | undefined): ColumnChunk {
  if (levels === undefined) throw new Error('has a row group of more columns than its schema')
  let chunk: Omit<ColumnChunk, keyof MaxLevels> | undefined
  thrift.struct((id, type) => {
    if (id === 1) throw new Error('keeps its columns in other files')
    if (id !== 3 || type !== 12) return false
    chunk = columnMetadata(thrift)
  })
  if (chunk === undefined) throw countless()
  return { ...chunk, ...levels }
}

function columnMetadata(thrift: Thrift): Omit<ColumnChunk, keyof MaxLevels> {
  let [kind, codec, values, rawBytes, bytes, data, dictionary]: (number | undefined)[] = []
  const offsets: OffsetField[] = []
  const offset = (type: number) => {
    const { at } = thrift
    const value = thrift.count(type)
    offsets.push({ at, end: thrift.at, value })
    return value
  }
  thrift.struct((id, type) => {
    if (id === 1) kind = thrift.count(type)
    else if (id === 4) codec = thrift.count(type)
    else if (id === 5) values = thrift.count(type)
    else if (id === 6) rawBytes = thrift.count(type)
    else if (id === 7) bytes = thrift.count(type)
    else if (id === 9) data = offset(type)
    else if (id === 11) dictionary = offset(type)
    else return false
  })
  const start = dictionary ?? data
  if (kind === undefined || codec === undefined || values === undefined) throw countless()
  if (rawBytes === undefined || bytes === undefined || start === undefined) throw countless()
  return { start, bytes, rawBytes, values, type: kind, codec, offsets }
}

function pair(thrift: Thrift): [string, string] {
  let [key, value]: (string | undefined)[] = []
  thrift.struct((id, type) => {
    if (id === 1) key = thrift.text(type)
    else if (id === 2) value = thrift.text(type)
    else return false
  })
  if (key === undefined) throw new Error('has a footer with a value that has no key')
  return [key, value ?? '']
}

function requireFew(count: number, most: number, what: string): void {
  if (count > most) throw new Error(`has more than ${most.toLocaleString('en')} ${what}`)
}

function countless(): Error {
  return new Error('has a footer without its counts')
}
