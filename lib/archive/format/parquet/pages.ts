import { zstdDecompressSync } from 'node:zlib'
import type { ColumnChunk, Footer, RowGroup } from './footer.ts'
import { Thrift } from './thrift.ts'

const MIB = 1024 * 1024

/** The largest page: a writer ends one at about a megabyte, or behind the object that made it larger. */
const MAX_PAGE_BYTES = 128 * MIB
/** Of each column a reader holds a page and the dictionary at once. */
const MAX_HELD_BYTES = 512 * MIB
/** What the values of a column that does not lie flat may take beyond twice the bytes that they were made of. */
const MAX_GAINED_BYTES = 256 * MIB
/** An offset, or the widest number. */
const VALUE_BYTES = 8

/** Beginnings of page headers: most are shorter; those with statistics of long texts are read again, whole. */
const HEADER_BYTES = 256
const MAX_HEADER_BYTES = MIB

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3
const DICTIONARY_ENCODINGS = [2, 8]
/** Each value may begin as the one before it. */
const DELTA_BYTE_ARRAY = 7

const BYTE_ARRAY = 6
const FIXED_BYTE_ARRAY = 7
const ZSTD = 6

/** Bytes of a file: fewer where it ends before. */
export type ReadAt = (at: number, length: number) => Buffer

/** What a row group may take once it is decoded: as its pages say, and at the most. */
export interface GroupCost {
  readonly bytes: number
  /** With each reference to a dictionary as long as its longest entry. */
  readonly most: number
}

/**
 * Walks the page headers of a row group before a decoder believes them: the pages of each column fill their place in
 * the file, hold the values that the footer counts, and each and their dictionaries are of a size that can be held.
 * Costs: the headers, and one decompression of dictionaries that could grow.
 * Throws an Error with the reason where that is not so.
 */
export function costOf(group: RowGroup, read: ReadAt): GroupCost {
  let [bytes, most, held] = [0, 0, 0]
  for (const chunk of group.chunks) {
    const cost = chunkCost(chunk, group.rows, read)
    bytes += cost.bytes
    most += cost.most
    held += cost.held
    if (held > MAX_HELD_BYTES) throw new Error(`has pages of more than ${MAX_HELD_BYTES} bytes side by side`)
  }
  return { bytes, most }
}

/** Throws an Error where the columns of a file overlap: each byte of it is read once. */
export function requireDisjoint({ groups }: Pick<Footer, 'groups'>, fileBytes: number): void {
  let sum = 0
  for (const { chunks } of groups) for (const { bytes } of chunks) sum += bytes
  if (sum > fileBytes) throw new Error(`has ${sum} bytes of columns in ${fileBytes} bytes`)
}

function chunkCost(chunk: ColumnChunk, rows: number, read: ReadAt): GroupCost & { readonly held: number } {
  if (chunk.flat && chunk.values !== rows)
    throw new Error(`has a column of ${chunk.values} values for ${rows} rows`)
  const end = chunk.start + chunk.bytes
  let [values, bytes, largest, references, deltas] = [0, 0, 0, 0, 0]
  let dictionary: { readonly page: Page; readonly at: number } | undefined
  for (let at = chunk.start; at < end; ) {
    const page = pageAt(at, end, read)
    at += page.headerBytes
    if (page.compressed > end - at) throw new Error('has a page that leaves its column')
    if (page.type === DICTIONARY_PAGE) {
      if (dictionary !== undefined) throw new Error('has a column of two dictionaries')
      dictionary = { page, at }
    } else if (page.type === DATA_PAGE || page.type === DATA_PAGE_V2) {
      values += page.values
      if (DICTIONARY_ENCODINGS.includes(page.encoding)) references += page.values
      if (page.encoding === DELTA_BYTE_ARRAY) deltas += page.values * page.bytes
      largest = Math.max(largest, page.bytes)
    }
    bytes += page.bytes
    at += page.compressed
  }
  if (values !== chunk.values) throw new Error(`has ${values} values in a column that has ${chunk.values}`)
  const entry =
    dictionary === undefined || references === 0 ? 0 : longestEntry(chunk, dictionary, references, read)
  const most = bytes + values * VALUE_BYTES + references * entry + deltas
  if (!chunk.flat && most - 2 * bytes > MAX_GAINED_BYTES) throw new Error('has lists that grow without end')
  return { bytes, most, held: largest + (dictionary?.page.bytes ?? 0) }
}

interface Page {
  readonly type: number
  readonly headerBytes: number
  /** Before and after compression. */
  readonly bytes: number
  readonly compressed: number
  readonly values: number
  readonly encoding: number
}

function pageAt(at: number, end: number, read: ReadAt): Page {
  for (let length = HEADER_BYTES; ; length = MAX_HEADER_BYTES) {
    const head = read(at, Math.min(length, end - at))
    try {
      return pageIn(head)
    } catch (thrown) {
      if (length === MAX_HEADER_BYTES || head.length < length) throw thrown
    }
  }
}

/** @see https://github.com/apache/parquet-format (PageHeader) */
function pageIn(head: Buffer): Page {
  const thrift = new Thrift(head, 'a page header')
  let [type, bytes, compressed, values, encoding]: (number | undefined)[] = []
  thrift.struct((id, kind) => {
    if (id === 1) type = thrift.count(kind)
    else if (id === 2) bytes = thrift.count(kind)
    else if (id === 3) compressed = thrift.count(kind)
    else if ((id === 5 || id === 7 || id === 8) && kind === 12) {
      thrift.struct((inner, innerKind) => {
        if (inner === 1) values = thrift.count(innerKind)
        else if (inner === (id === 8 ? 4 : 2)) encoding = thrift.count(innerKind)
        else return false
      })
    } else return false
  })
  if (type === undefined || bytes === undefined || compressed === undefined)
    throw new Error('has a page without its sizes')
  if (bytes > MAX_PAGE_BYTES) throw new Error(`has a page of ${bytes} bytes, more than ${MAX_PAGE_BYTES}`)
  return { type, bytes, compressed, values: values ?? 0, encoding: encoding ?? 0, headerBytes: thrift.at }
}

/** The longest entry of a dictionary in bytes, or a bound of it where it is short or of another codec than ours. */
function longestEntry(
  { type, codec }: ColumnChunk,
  { page, at }: { readonly page: Page; readonly at: number },
  references: number,
  read: ReadAt,
): number {
  if (type !== BYTE_ARRAY && type !== FIXED_BYTE_ARRAY) return 0
  const bounded = references * page.bytes <= MAX_GAINED_BYTES / 8 || type === FIXED_BYTE_ARRAY
  if (bounded || (codec !== ZSTD && codec !== 0)) return page.bytes
  const stored = read(at, page.compressed)
  const entries = codec === 0 ? stored : zstdDecompressSync(stored, { maxOutputLength: page.bytes })
  let longest = 0
  for (let from = 0; from + 4 <= entries.length; ) {
    const length = entries.readUInt32LE(from)
    if (length > entries.length - from - 4) throw new Error('has a dictionary that is cut short')
    longest = Math.max(longest, length)
    from += 4 + length
  }
  return longest
}
