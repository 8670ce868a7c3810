import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { snappyHead } from '../../../stream/codec/snappyHead.ts'
import type { ColumnChunk } from './footer.ts'
import { Thrift } from './thrift.ts'

const MIB = 1024 * 1024

/** The largest page: a writer ends a page at about a megabyte, or after the object that exceeded it. */
export const MAX_PAGE_BYTES = 128 * MIB

/**
 * The first bytes read of a page header: most are shorter; those with statistics of long texts are read again,
 * completely.
 */
const HEADER_BYTES = 256
const MAX_HEADER_BYTES = MIB

/** The header field specific to a kind of page: 5 for kind 0, 7 for 2, 8 for 3. */
const HEADER_OF_KIND = 5
const STRUCT = 12
/**
 * The encoding of levels: run lengths and bit packing.
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Encoding)
 */
export const RLE = 3

/** Kinds of pages: data pages have version 1 or 2. */
const V1 = 0
/** The page type DATA_PAGE_V2. @see parquet.thrift (PageType) */
export const V2 = 3
/** The page type DICTIONARY_PAGE. */
export const DICTIONARY = 2

/** Codecs of a column. */
const PLAIN = 0
const SNAPPY = 1
const GZIP = 2
const BROTLI = 4
const ZSTD = 6

/**
 * The decompressed bytes of a page, at most `bytes`, or only the first `wanted` if the codec can stop there;
 * undefined for an unsupported codec.
 */
export function contentOf(
  stored: Buffer,
  codec: number,
  bytes: number,
  wanted: number = bytes,
): Buffer | undefined {
  const bound = { maxOutputLength: Math.max(1, bytes) }
  switch (codec) {
    case PLAIN:
      return stored
    case SNAPPY:
      return snappyHead(stored, wanted, bytes)
    case GZIP:
      return gunzipSync(stored, bound)
    case BROTLI:
      return brotliDecompressSync(stored, bound)
    case ZSTD:
      return zstdDecompressSync(stored, bound)
    default:
      return undefined
  }
}

/** True for a page of values, of either version. */
export function isData({ type }: Page): boolean {
  return type === V1 || type === V2
}

/** Reads bytes of a file: fewer if the file ends earlier. */
export type ReadAt = (at: number, length: number) => Buffer

/** The header of a page. */
export interface Page {
  readonly type: number
  /** Where its bytes begin, after the header. */
  readonly at: number
  /** Before and after compression. */
  readonly bytes: number
  readonly compressed: number
  readonly values: number
  readonly encoding: number
  /** How the levels of its values are written: version 1 gives their encoding, version 2 their bytes. */
  readonly definitionEncoding: number
  readonly repetitionEncoding: number
  readonly definitionBytes: number
  readonly repetitionBytes: number
}

/**
 * The pages of a column, in order. Throws an Error with the reason if a page reaches outside the column or is too
 * large.
 */
export function* pagesIn({ start, bytes }: ColumnChunk, read: ReadAt): Generator<Page> {
  const end = start + bytes
  for (let at = start; at < end; ) {
    const page = pageAt(at, end, read)
    if (page.at + page.compressed > end) throw new Error('has a page that leaves its column')
    yield page
    at = page.at + page.compressed
  }
}

function pageAt(at: number, end: number, read: ReadAt): Page {
  for (let length = HEADER_BYTES; ; length = MAX_HEADER_BYTES) {
    const head = read(at, Math.min(length, end - at))
    try {
      return pageIn(head, at)
    } catch (thrown) {
      if (length === MAX_HEADER_BYTES || head.length < length) throw thrown
    }
  }
}

/**
 * Reads a header, including the part specific to its kind of page.
 * @see https://github.com/apache/parquet-format (PageHeader)
 */
function pageIn(head: Buffer, start: number): Page {
  const thrift = new Thrift(head, 'a page header')
  const own: number[] = []
  const ofKinds = new Map<number, number[]>()
  thrift.struct((id, type) => {
    if (id >= 1 && id <= 3) own[id] = thrift.count(type)
    else if (id <= 8 && type === STRUCT) ofKinds.set(id, countsIn(thrift))
    else return false
  })
  const [, type, bytes, compressed] = own
  if (type === undefined || bytes === undefined || compressed === undefined)
    throw new Error('has a page without its sizes')
  if (bytes > MAX_PAGE_BYTES) throw new Error(`has a page of ${bytes} bytes, more than ${MAX_PAGE_BYTES}`)
  const counts = ofKinds.get(type + HEADER_OF_KIND) ?? []
  const isSecond = type === V2
  return {
    ...{ type, at: start + thrift.at, bytes, compressed, values: counts[1] ?? 0 },
    encoding: counts[isSecond ? 4 : 2] ?? 0,
    definitionEncoding: isSecond ? RLE : (counts[3] ?? 0),
    repetitionEncoding: isSecond ? RLE : (counts[4] ?? 0),
    definitionBytes: isSecond ? (counts[5] ?? 0) : 0,
    repetitionBytes: isSecond ? (counts[6] ?? 0) : 0,
  }
}

/** The known fields of a struct that are numbers. */
function countsIn(thrift: Thrift): number[] {
  const counts: number[] = []
  thrift.struct((id, type) => {
    if (id < 1 || id > 6 || type < 4 || type > 6) return false
    counts[id] = thrift.count(type)
  })
  return counts
}
