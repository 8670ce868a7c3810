import { ElysiaError } from '../../../core/errors.ts'
import { noteGarbage, scaledToMemory } from '../../../core/memory/limits.ts'
import { lineLength } from '../../../core/memory/objectSize.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Tally } from '../../object/tally.ts'
import type { Content } from '../format.ts'
import { footerBytes, rawBytesOf, readFooter } from './footer.ts'
import { vectorNamesOf } from './layout.ts'
import { Rows, shapesOf } from './rows.ts'
import { requireReadable, requireReadablePages } from './values.ts'
import type { Compress } from './write/page.ts'
import { type Emit, type GroupBounds, ParquetSink } from './write/sink.ts'

const MIB = 1024 * 1024

/** Columns grow by doubling, become a batch, a page, and compressed bytes: each is soon garbage. */
const COPIES = 6

/** When an encoder writes a batch of columns, and when it ends a row group; whichever bound is reached first. */
export interface EncoderBounds {
  /** The bounds of a row group in the file: rows, and approximate bytes before and after compression. */
  readonly groupRows: number
  readonly groupBytes: number
  /** The bounds of a batch for the writer: rows, and approximate bytes of columns. */
  readonly batchRows: number
  readonly batchBytes: number
}

const ENCODER_BOUNDS: EncoderBounds = {
  groupRows: 65_536,
  groupBytes: 8 * MIB,
  batchRows: 8192,
  batchBytes: 1 * MIB,
}

/** How many times larger a row group may be before compression, estimated from the first objects of a file. */
const RAW_GROUPS = 4
const LEAST_GROUP_ROWS = 128

/** The largest number of objects held until the widths of all vectors are known. */
const HELD_OBJECTS = 1000
/** The most bytes of them; columns for vectors that come later are then missing, and these stand in the rest. */
const HELD_BYTES = 64 * MIB

/**
 * Pages → the pieces of one file. Holds one batch as columns, and one compressed row group.
 * Errors: ELYSIA_STORE for a number that is not finite, and for an object with more values or bytes than a reader
 * accepts.
 */
export class ParquetEncoding {
  readonly #content: Content
  readonly #bounds: EncoderBounds
  readonly #tally: Tally | undefined
  readonly #compress: Compress
  readonly #emit: Emit
  #held: StoredObject[] = []
  #heldBytes = 0
  #rows: Rows | undefined
  #sink: ParquetSink | undefined
  #objects = 0
  #footer: Buffer | undefined
  #bytes = 0
  /** The size of the file without page compression, in bytes; known at the end. */
  rawBytes: number | undefined

  constructor(
    content: Content,
    compress: Compress,
    emit: Emit,
    tally: Tally | undefined,
    bounds: EncoderBounds = ENCODER_BOUNDS,
  ) {
    this.#content = content
    this.#bounds = bounds
    this.#tally = tally
    this.#compress = compress
    this.#emit = (bytes) => {
      this.#footer = footerIn(bytes)
      this.#bytes += bytes.length
      return emit(bytes)
    }
  }

  async write(page: readonly StoredObject[]): Promise<void> {
    for (const object of page) {
      if (this.#rows !== undefined) await this.#add(this.#rows, object)
      else if (this.#hold(object)) await this.#begin()
    }
  }

  /** Writes the last batch and the end of the file, and waits until everything is emitted. */
  async end(): Promise<void> {
    const rows = this.#rows ?? (await this.#begin())
    if (rows.length > 0) await this.#flush(rows)
    this.#sink ??= this.#open(rows)
    await this.#sink.close(rows.layout.metadata)
    this.#requireWhole()
  }

  /** True when enough objects are held to know all columns. */
  #hold(object: StoredObject): boolean {
    const { length } = this.#held
    this.#held.push(object)
    this.#heldBytes += lineLength(object)
    if (length + 1 >= HELD_OBJECTS || this.#heldBytes >= scaledToMemory(HELD_BYTES)) return true
    // Only at the first object and at every doubling: the search costs as much as the number of objects held.
    if ((length & (length + 1)) !== 0) return false
    const shapes = shapesOf(this.#held)
    return vectorNamesOf(this.#content.schema).every((name) => shapes.has(name))
  }

  async #begin(): Promise<Rows> {
    const rows = new Rows(this.#content, shapesOf(this.#held))
    this.#rows = rows
    const held = this.#held
    this.#held = []
    for (const object of held) await this.#add(rows, object)
    return rows
  }

  // A promise for each object would cost as much as its columns.
  #add(rows: Rows, object: StoredObject): Promise<void> | undefined {
    rows.add(object)
    this.#tally?.add(object)
    this.#objects++
    const full = rows.length >= this.#bounds.batchRows || rows.bytes >= this.#bounds.batchBytes
    if (!full) return undefined
    // This many values, or values this long, take more bytes than a batch.
    requireReadable(object, rows.layout.kinds)
    requireReadablePages(object, rows.columns())
    return this.#flush(rows)
  }

  async #flush(rows: Rows): Promise<void> {
    this.#sink ??= this.#open(rows)
    noteGarbage(COPIES * rows.bytes)
    await this.#sink.write(rows.take())
  }

  #open(rows: Rows): ParquetSink {
    const bounds = this.#groupBounds(rows.bytes / Math.max(1, rows.length))
    return new ParquetSink(rows.schema, bounds, this.#compress, this.#emit)
  }

  /** A row group is bounded by its compressed bytes, but a reader has to hold it decompressed. */
  #groupBounds(bytesARow: number): GroupBounds {
    const groupBytes = scaledToMemory(this.#bounds.groupBytes)
    const { groupRows } = this.#bounds
    const splitReferences = Math.floor((groupBytes * RAW_GROUPS) / Math.max(1, bytesARow))
    return { rows: Math.min(groupRows, Math.max(LEAST_GROUP_ROWS, splitReferences)), bytes: groupBytes }
  }

  /** Reads back the footer that a reader will check. */
  #requireWhole(): void {
    const footer = this.#footer && readFooter(this.#footer)
    if (footer?.rows !== this.#objects) {
      const fact = `the Parquet file holds ${footer?.rows ?? 0} of ${this.#objects} objects`
      throw new ElysiaError('ELYSIA_ACCOUNTING', fact)
    }
    this.rawBytes = rawBytesOf(footer, this.#bytes)
  }
}

/** A copy of the footer, if a piece of a file ends with one. */
function footerIn(bytes: Buffer): Buffer | undefined {
  const length = footerBytes(bytes) ?? Number.POSITIVE_INFINITY
  return length <= bytes.length ? Buffer.from(bytes.subarray(bytes.length - length)) : undefined
}
