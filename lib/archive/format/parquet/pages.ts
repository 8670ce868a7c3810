import type { ColumnChunk, Footer, RowGroup } from './footer.ts'
import { contentOf, DICTIONARY, isData, type Page, pagesIn, type ReadAt } from './page.ts'

const MIB = 1024 * 1024

/** A reader holds a page and the dictionary of every column at once. */
const MAX_HELD_BYTES = 512 * MIB
/** How much the values of nested columns may take beyond twice the bytes that they were made from. */
const MAX_GAINED_BYTES = 256 * MIB
/** The size of an offset, or of the widest number. */
const VALUE_BYTES = 8

const DICTIONARY_ENCODINGS = [2, 8]
/** An encoding in which each value may share the beginning of the previous one. */
const DELTA_BYTE_ARRAY = 7

const BYTE_ARRAY = 6
/** The physical type FIXED_LEN_BYTE_ARRAY. @see parquet.thrift (Type) */
export const FIXED_BYTE_ARRAY = 7
const FLOAT = 4
const FLOAT_BYTES = 4

/** The size of a decoded row group: according to its pages, and at most. */
export interface GroupCost {
  readonly bytes: number
  /** If every dictionary reference is to the longest entry. */
  readonly most: number
  /** Values of the nested columns: one row may contain any number of them. */
  readonly nested: number
  /** Nested floats that may be missing: their bytes are absent, or in a dictionary. */
  readonly missing: number
}

/**
 * Checks the page headers of a row group before a decoder uses them: the pages of each column fill their place in the
 * file, hold the number of values in the footer, and all pages and dictionaries fit into memory. Costs: the headers,
 * and one decompression of dictionaries that could grow. Throws an Error with the reason if a check fails.
 */
export function costOf(group: RowGroup, read: ReadAt): GroupCost {
  let [bytes, most, nested, missing, heldBytes] = [0, 0, 0, 0, 0]
  for (const chunk of group.chunks) {
    const cost = chunkCost(chunk, group.rows, read)
    bytes += cost.bytes
    most += cost.most
    nested += cost.nested
    missing += cost.missing
    heldBytes += cost.held
    if (heldBytes > MAX_HELD_BYTES)
      throw new Error(`has pages of more than ${MAX_HELD_BYTES} bytes side by side`)
  }
  return { bytes, most, nested, missing }
}

/** Throws an Error if the columns of a file overlap: each byte is read once. */
export function requireDisjoint({ groups }: Pick<Footer, 'groups'>, fileBytes: number): void {
  let sum = 0
  for (const { chunks } of groups) for (const { bytes } of chunks) sum += bytes
  if (sum > fileBytes) throw new Error(`has ${sum} bytes of columns in ${fileBytes} bytes`)
}

function chunkCost(chunk: ColumnChunk, rows: number, read: ReadAt): GroupCost & { readonly held: number } {
  const { repetition, type } = chunk
  const isFlat = repetition === 0
  if (isFlat ? chunk.values !== rows : chunk.values < rows)
    throw new Error(`has a column of ${chunk.values} values for ${rows} rows`)
  let [values, bytes, largest, references, deltas] = [0, 0, 0, 0, 0]
  let dictionary: Page | undefined
  for (const page of pagesIn(chunk, read)) {
    if (page.type === DICTIONARY) {
      if (dictionary !== undefined) throw new Error('has a column of two dictionaries')
      dictionary = page
    } else if (isData(page)) {
      values += page.values
      if (DICTIONARY_ENCODINGS.includes(page.encoding)) references += page.values
      if (page.encoding === DELTA_BYTE_ARRAY) deltas += page.values * page.bytes
      largest = Math.max(largest, page.bytes)
    }
    bytes += page.bytes
  }
  if (bytes > chunk.rawBytes) throw new Error(`has ${bytes} bytes in a column that has ${chunk.rawBytes}`)
  if (values !== chunk.values) throw new Error(`has ${values} values in a column that has ${chunk.values}`)
  const entry =
    dictionary === undefined || references === 0 ? 0 : longestEntry(chunk, dictionary, references, read)
  const most = bytes + values * VALUE_BYTES + references * entry + deltas
  if (!isFlat && most - 2 * bytes > MAX_GAINED_BYTES) throw new Error('has lists that grow without end')
  const nested = isFlat ? 0 : values
  const missing = type === FLOAT ? Math.max(0, nested - bytes / FLOAT_BYTES) : 0
  return { bytes, most, nested, missing, held: largest + (dictionary?.bytes ?? 0) }
}

/**
 * The longest entry of a dictionary in bytes, or an upper bound if the dictionary is short or has another codec than
 * ours.
 */
function longestEntry({ type, codec }: ColumnChunk, page: Page, references: number, read: ReadAt): number {
  if (type !== BYTE_ARRAY && type !== FIXED_BYTE_ARRAY) return 0
  const bounded = references * page.bytes <= MAX_GAINED_BYTES / 8 || type === FIXED_BYTE_ARRAY
  const entries = bounded ? undefined : contentOf(read(page.at, page.compressed), codec, page.bytes)
  if (entries === undefined) return page.bytes
  let longest = 0
  for (let from = 0; from + 4 <= entries.length; ) {
    const length = entries.readUInt32LE(from)
    if (length > entries.length - from - 4) throw new Error('has a dictionary that is cut short')
    longest = Math.max(longest, length)
    from += 4 + length
  }
  return longest
}
