import { closeSync, fstatSync, openAsBlob, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { type Footer, type RowGroup, TRAILER_BYTES } from '../../format/parquet/footer.ts'
import { valuesPerRow } from '../../format/parquet/levels.ts'
import type { ReadAt } from '../../format/parquet/page.ts'
import { costOf, FIXED_BYTE_ARRAY, requireDisjoint } from '../../format/parquet/pages.ts'
import { MAX_NESTED_VALUES } from '../../format/parquet/values.ts'
import { ParquetFile, type RecordBatch } from '../../format/parquetWasm.ts'

const MIB = 1024 * 1024
const PAGE_OBJECTS = 1000
const PAGE_BYTES = 2 * MIB
/** The most memory for a page, if each of its dictionary references points to the longest value. */
const MAX_PAGE_BYTES = 8 * PAGE_BYTES
/** The most memory for the values in its lists. */
const MAX_NESTED_BYTES = 64 * MIB
/** Memory that the decoder uses for a value in a list, whatever its bytes. Measured. */
const NESTED_VALUE_BYTES = 48
/** The longest fixed-length byte array: more than any type needs. */
const MAX_WIDTH = 4096
/**
 * The library decodes a group at once, however large its pages become. A group that a dictionary makes so much larger
 * than its bytes is decoded page by page, each time from its beginning.
 */
const MAX_DECODED_BYTES = 256 * MIB
const GAIN = 4
/** The library uses five times this much of its 4 GiB. */
const MAX_GROUP_BYTES = 768 * MIB

/** What the thread receives for each file: its path, its footer, and the wanted columns; all, if none are named. */
export interface BatchRequest {
  readonly path: string
  readonly footer: Pick<Footer, 'groups'>
  readonly columns?: readonly string[]
  /** The maximum number of rows from each group. */
  readonly limit?: number
}

/** How the rows of a group are read: how many make a page, and how many are decoded at once. */
interface Pace {
  readonly page: number
  readonly window: number
}

/** The pace for each row group. Throws an Error if pages differ from the footer. */
function pacesOf({ path, footer }: BatchRequest): Pace[] {
  const file = openSync(path, 'r')
  try {
    requireDisjoint(footer, fstatSync(file).size)
    const read: ReadAt = (at, length) => {
      const buffer = Buffer.allocUnsafe(length)
      return buffer.subarray(0, readSync(file, buffer, 0, length, at))
    }
    return footer.groups.map((group) => paceOf(group, read))
  } finally {
    closeSync(file)
  }
}

function paceOf(group: RowGroup, read: ReadAt): Pace {
  requireHeld(group)
  const { bytes, most, nested } = costOf(group, read)
  const widths = group.chunks.reduce((sum, chunk) => sum + widthOf(chunk), 0)
  const whole = most + group.rows * widths
  const shares = Math.max(bytes / PAGE_BYTES, whole / MAX_PAGE_BYTES, group.rows / PAGE_OBJECTS)
  const rows = Math.max(1, Math.floor(group.rows / Math.max(1, shares)))
  const isFew = nested * NESTED_VALUE_BYTES <= MAX_NESTED_BYTES
  const page = isFew ? rows : fitting(valuesPerRow(group, 1, read), rows)
  return { page, window: whole > MAX_DECODED_BYTES && whole > GAIN * bytes ? page : group.rows }
}

/** @throws Error if the library cannot hold the row group */
function requireHeld({ chunks }: RowGroup): void {
  const stored = chunks.reduce((sum, { bytes }) => sum + bytes, 0)
  if (stored <= MAX_GROUP_BYTES) return
  throw new Error(
    `has a row group of ${stored} bytes, more than ${MAX_GROUP_BYTES}: write it with fewer rows in each`,
  )
}

function widthOf({ type, width, repetition }: RowGroup['chunks'][number]): number {
  if (type !== FIXED_BYTE_ARRAY) return 0
  if (width > MAX_WIDTH || (repetition > 0 && width > 64))
    throw new Error(`has a column of byte arrays of ${width} bytes each`)
  return width
}

/** The largest number of rows, up to `most`, at which no page has too many values in its lists. */
function fitting(values: Uint32Array, most: number): number {
  for (let rows = most; ; rows = Math.ceil(rows / 2)) {
    const largest = largestPage(values, rows)
    if (largest * NESTED_VALUE_BYTES <= MAX_NESTED_BYTES) return rows
    if (rows > 1) continue
    if (largest <= MAX_NESTED_VALUES) return rows
    throw new Error(`has a row of ${largest} values in its lists, more than ${MAX_NESTED_VALUES}`)
  }
}

function largestPage(values: Uint32Array, rows: number): number {
  let largest = 0
  for (let at = 0; at < values.length; at += rows) {
    let sum = 0
    for (const count of values.subarray(at, at + rows)) sum += count
    largest = Math.max(largest, sum)
  }
  return largest
}

/** Names the types of another program's columns; Parquet's own types say enough, and are fewer. */
const HINT = 'ARROW:schema'

/**
 * The file without its writer's note about Arrow types. With the note a text would come in one of four types, and a
 * missing vector would take as much memory as the note claims.
 */
async function withoutHint(path: string): Promise<Blob> {
  const blob = await openAsBlob(path)
  const { size } = blob
  const trailer = Buffer.from(await blob.slice(size - TRAILER_BYTES).arrayBuffer())
  const start = size - trailer.readUInt32LE() - TRAILER_BYTES
  const footer = Buffer.from(await blob.slice(start).arrayBuffer())
  for (let at = footer.indexOf(HINT); at >= 0; at = footer.indexOf(HINT, at + 1)) {
    footer.write('-', at + HINT.indexOf(':'))
  }
  return new Blob([blob.slice(0, start), footer])
}

/** The batches of a file, each as an Arrow stream. */
async function* batchesIn(reading: BatchRequest): AsyncGenerator<Uint8Array> {
  const { columns, limit = Number.POSITIVE_INFINITY, footer } = reading
  const wanted = columns && { columns: [...columns] }
  const paces = pacesOf(reading)
  const file = await ParquetFile.fromFile(await withoutHint(reading.path))
  for (const [group, { page, window }] of paces.entries()) {
    const rows = Math.min(limit, footer.groups[group]!.rows)
    for (let offset = 0; offset < rows; offset += window) {
      const range = { limit: Math.min(window, rows - offset), offset }
      const batches = await file.stream({ rowGroups: [group], batchSize: page, ...range, ...wanted })
      for await (const batch of batches as ReadableStream<RecordBatch>) yield batch.intoIPCStream()
    }
  }
  file.free()
}

// Takes a file; then each message that asks gets one batch, and after the last batch null.
const port = parentPort!
let batches: AsyncGenerator<Uint8Array> | undefined
port.on('message', async (reading: BatchRequest | 'next') => {
  if (reading !== 'next') batches = batchesIn(reading)
  else {
    const { value, done } = await batches!.next()
    if (done === true) port.postMessage(null)
    else port.postMessage(value, [value.buffer as ArrayBuffer])
  }
})
