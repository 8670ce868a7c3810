import type { ColumnChunk, RowGroup } from './footer.ts'
import { contentOf, isData, type Page, pagesIn, type ReadAt, RLE, V2 } from './page.ts'

/** Far more rows than writers put into a group; each takes four bytes here. */
const MAX_ROWS = 16 * 1024 * 1024
const MAX_COUNT = 2 ** 32 - 1

const FLOAT = 4

/** The length field in front of levels. */
const LENGTH_BYTES = 4
/** Levels are at the beginning of a page, and mostly shorter than this. */
const FIRST_BYTES = 64 * 1024

/**
 * How many values each row of a group has in all columns inside lists together. A row is decoded at once, and nothing
 * else in the file tells how many values it has. A missing float counts as `missing` values, because a reader
 * allocates a whole vector for one among others. Costs: one decompression of those columns. Memory: a page, and 4
 * bytes per row. Throws an Error with the reason if a page is malformed.
 */
export function valuesPerRow(group: RowGroup, missing: number, read: ReadAt): Uint32Array {
  if (group.rows > MAX_ROWS) throw new Error(`has ${group.rows} rows of lists in one row group`)
  const counted = new Uint32Array(group.rows)
  for (const chunk of group.chunks) if (chunk.repetition > 0) addValues(counted, chunk, missing, read)
  return counted
}

function addValues(counted: Uint32Array, chunk: ColumnChunk, missing: number, read: ReadAt): void {
  const weight = chunk.type === FLOAT ? missing : 1
  let row = -1
  for (const page of pagesIn(chunk, read)) {
    if (!isData(page)) continue
    for (const { level, isThere, count } of levelsIn(page, chunk, read)) {
      const begun = level === 0 ? count : 0
      if (row + begun >= counted.length || (begun === 0 && row < 0))
        throw new Error('has a column of other rows than its row group')
      const each = isThere ? 1 : weight
      if (begun === 0) counted[row] = Math.min(MAX_COUNT, counted[row]! + count * each)
      for (let n = 0; n < begun; n++) {
        row += 1
        counted[row] = Math.min(MAX_COUNT, counted[row]! + each)
      }
    }
  }
  if (row + 1 !== counted.length)
    throw new Error(`has a column of ${row + 1} rows in a row group of ${counted.length}`)
}

/** A number of values in a page: at level 0 each begins a row. */
interface Values {
  readonly level: number
  readonly isThere: boolean
  readonly count: number
}

function* levelsIn(page: Page, chunk: ColumnChunk, read: ReadAt): Generator<Values> {
  const [repetitions, definitions] = levelBytes(page, chunk, read)
  const there = runsIn(definitions, chunk.definition)
  let [value, left] = [0, 0]
  let values = page.values
  for (const run of runsIn(repetitions, chunk.repetition)) {
    for (let rest = Math.min(run.count, values); rest > 0; ) {
      if (left === 0) [value, left] = nextOf(there)
      const count = Math.min(rest, left)
      yield { level: run.value, isThere: value === chunk.definition, count }
      rest -= count
      left -= count
      values -= count
    }
    if (values === 0) return
  }
  if (values > 0) throw cutShort()
}

function nextOf(runs: Iterator<Run>): [value: number, count: number] {
  const next = runs.next()
  if (next.done === true) throw cutShort()
  return [next.value.value, next.value.count]
}

/** The bytes of the repetition and the definition levels, which begin a page. */
function levelBytes(page: Page, { codec }: ColumnChunk, read: ReadAt): [Buffer, Buffer] {
  const stored = read(page.at, page.compressed)
  const { repetitionBytes, definitionBytes } = page
  if (page.type === V2) {
    if (repetitionBytes + definitionBytes > stored.length) throw cutShort()
    return [
      stored.subarray(0, repetitionBytes),
      stored.subarray(repetitionBytes, repetitionBytes + definitionBytes),
    ]
  }
  if (page.repetitionEncoding !== RLE || page.definitionEncoding !== RLE)
    throw new Error('has lists in an unsupported encoding')
  for (let wanted = FIRST_BYTES; ; ) {
    const head = contentOf(stored, codec, page.bytes, wanted)
    if (head === undefined) throw new Error(`has lists in pages of an unsupported codec: number ${codec}`)
    const { second, end } = levelsEnd(head)
    if (end <= head.length)
      return [head.subarray(LENGTH_BYTES, second), head.subarray(second + LENGTH_BYTES, end)]
    if (head.length < wanted) throw cutShort()
    wanted = end
  }
}

/** Where the definition levels begin and end, each with its length in front, as far as these bytes tell. */
function levelsEnd(head: Buffer): { readonly second: number; readonly end: number } {
  const second = LENGTH_BYTES + lengthAt(head, 0)
  return { second, end: second + LENGTH_BYTES + lengthAt(head, second) }
}

function lengthAt(head: Buffer, at: number): number {
  return at + LENGTH_BYTES > head.length ? 0 : head.readUInt32LE(at)
}

/** A number of equal values. */
interface Run {
  readonly value: number
  readonly count: number
}

/** @see https://parquet.apache.org/docs/file-format/data-pages/encodings/ (RLE and bit packing hybrid) */
function* runsIn(bytes: Buffer, highest: number): Generator<Run> {
  const width = 32 - Math.clz32(highest)
  if (width === 0) yield { value: 0, count: Number.POSITIVE_INFINITY }
  for (let at = 0; at < bytes.length; ) {
    const [head, start] = varint(bytes, at)
    const isRepeated = head % 2 === 0
    const count = isRepeated ? head / 2 : ((head - 1) / 2) * 8
    at = start + (isRepeated ? 1 : (count * width) / 8)
    if (isRepeated && at <= bytes.length) yield { value: bytes[start]!, count }
    else
      for (let n = 0; n < count; n++)
        yield { value: bitPackedValue(bytes, start, n * width, width), count: 1 }
  }
}

/** The bits of a level, lowest first, starting `bit` bits after the byte at `start`. */
function bitPackedValue(bytes: Buffer, start: number, bit: number, width: number): number {
  const at = start + (bit >> 3)
  if (at >= bytes.length) throw cutShort()
  return ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> (bit & 7)) & ((1 << width) - 1)
}

/** An unsigned number of at most 32 bits, and the position after it. */
function varint(bytes: Buffer, start: number): [value: number, end: number] {
  let value = 0
  for (let [at, factor] = [start, 1]; factor < 2 ** 35 && at < bytes.length; at++, factor *= 128) {
    const byte = bytes[at]!
    value += (byte & 127) * factor
    if (byte < 128) return [value, at + 1]
  }
  throw cutShort()
}

function cutShort(): Error {
  return new Error('has lists that are cut short')
}
