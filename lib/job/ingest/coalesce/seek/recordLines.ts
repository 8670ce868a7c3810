import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { noteGarbage, scaledToMemory } from '../../../../core/memory/limits.ts'
import { type LineSplitter, splitLines } from '../../../../stream/lines/splitLines.ts'
import type { AnyLine } from '../anyLine.ts'
import { inputChanged } from '../inputChanged.ts'
import type { Decisions, PlannedRecord } from '../plan.ts'
import { cutLine } from './cutLine.ts'

const KIB = 1024
const MIB = 1024 * KIB
/** Records are read in pieces of so many, or so many bytes of lines. */
const PIECE_RECORDS = 4096
const PIECE_BYTES = MIB
/** Reading so many bytes that nobody needs takes less time than another read; of a piece at most as many as it may have lines. */
const GAP_BYTES = 16 * KIB
/** A line whose bytes, with blank lines before it, are more than this is read by itself. */
const LONG_BYTES = 4 * MIB
const CHUNK_BYTES = 256 * KIB
/** A line, its text, its values and what is made of them: each is soon garbage. */
const COPIES = 4

/** A planned record, and its line if that was wanted. */
export interface ReadRecord {
  readonly record: PlannedRecord
  readonly line: AnyLine | undefined
}

/** Bytes of the file, from one offset up to another. */
interface Extent {
  readonly from: number
  readonly to: number
}

/** A record to read: its bytes begin where the record before it ends. */
interface Piece {
  readonly records: readonly PlannedRecord[]
  readonly extents: readonly Extent[]
  readonly lineBefore: number
}

/**
 * Reads the lines of planned records from their file, and only these; adjacent ones in one read. Close it, which closes
 * the file; what is being read ends then. Memory: a MiB of lines and as much between them, or one longer line.
 * Errors: ELYSIA_INPUT if the file ends before a record; the error of the system if it cannot be read.
 */
export class RecordLines {
  readonly #file: FileHandle
  readonly #decisions: Decisions
  readonly #maxLineBytes: number
  #isClosed = false

  constructor(file: FileHandle, decisions: Decisions, maxLineBytes: number) {
    this.#file = file
    this.#decisions = decisions
    this.#maxLineBytes = maxLineBytes
  }

  /** The records from one number up to another, in order, in pieces, with the lines of those that are wanted. */
  async *read(
    from: number,
    to: number,
    isWanted: (record: PlannedRecord) => boolean,
  ): AsyncGenerator<ReadRecord[]> {
    for (let next = from; next < to && !this.#isClosed; ) {
      const piece = this.#pieceFrom(next, to, isWanted)
      next += piece.records.length
      const lines = await this.#linesOf(piece, isWanted)
      if (!this.#isClosed) yield piece.records.map((record, at) => ({ record, line: lines[at] }))
    }
  }

  /** A splitter of the bytes from one offset up to another, or to the end; `linesBefore` lines come before them. */
  split(from: number, to: number, linesBefore: number, stop?: AbortSignal): LineSplitter {
    const splitter = splitLines({
      maxLineBytes: this.#maxLineBytes,
      raw: true,
      linesBefore,
      bytesBefore: from,
      ...(stop && { stop }),
    })
    const bytes = Readable.from(this.#chunks(from, to), { objectMode: false, highWaterMark: CHUNK_BYTES })
    bytes.on('error', (error) => splitter.destroy(error))
    splitter.on('close', () => bytes.destroy())
    return bytes.pipe(splitter as LineSplitter)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#file.close()
  }

  #pieceFrom(first: number, end: number, isWanted: (record: PlannedRecord) => boolean): Piece {
    const before = first === 0 ? { line: 0, end: 0 } : this.#decisions.record(first - 1)
    const records: PlannedRecord[] = []
    const extents: Extent[] = []
    const most = scaledToMemory(PIECE_BYTES)
    let bytes = 0
    for (let from = before.end, at = first; at < end && records.length < PIECE_RECORDS; at++) {
      const record = this.#decisions.record(at)
      if (isWanted(record)) bytes += record.end - from
      if (bytes > most && records.length > 0) break
      records.push(record)
      extents.push({ from, to: record.end })
      from = record.end
    }
    return { records, extents, lineBefore: before.line }
  }

  async #linesOf(
    { records, extents, lineBefore }: Piece,
    isWanted: (record: PlannedRecord) => boolean,
  ): Promise<(AnyLine | undefined)[]> {
    const lines: (AnyLine | undefined)[] = new Array(records.length)
    const isShort = ({ from, to }: Extent) => to - from <= LONG_BYTES
    const short = extents.filter((extent, at) => isShort(extent) && isWanted(records[at]!))
    const windows = await this.#windowsOf(short)
    let window = 0
    for (const [at, record] of records.entries()) {
      const extent = extents[at]!
      if (!isWanted(record)) continue
      if (isShort(extent)) {
        while (windows[window]!.to < extent.to) window += 1
        const { from, bytes } = windows[window]!
        lines[at] = cutLine(bytes.subarray(extent.from - from, extent.to - from), extent.from, record)
      }
      if (lines[at] === undefined || isTooLong(lines[at], this.#maxLineBytes))
        lines[at] = await this.#longLine(extent, record, records[at - 1]?.line ?? lineBefore)
    }
    return lines
  }

  /** Reads extents, neighbors at once. */
  #windowsOf(extents: readonly Extent[]): Promise<(Extent & { readonly bytes: Buffer })[]> {
    const windows: { from: number; to: number }[] = []
    let unwanted = 0
    for (const { from, to } of extents) {
      const last = windows.at(-1)
      const gap = from - (last?.to ?? from)
      const isNear = gap <= GAP_BYTES && unwanted + gap <= scaledToMemory(PIECE_BYTES)
      if (last !== undefined && isNear) {
        last.to = to
        unwanted += gap
      } else windows.push({ from, to })
    }
    return Promise.all(
      windows.map(async ({ from, to }) => ({ from, to, bytes: await this.#bytes(from, to) })),
    )
  }

  async #longLine({ from, to }: Extent, record: PlannedRecord, linesBefore: number): Promise<AnyLine> {
    for await (const line of this.split(from, to, linesBefore) as AsyncIterable<AnyLine>)
      if (line.line === record.line && line.end === record.end) return line
    throw inputChanged()
  }

  async *#chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to && !this.#isClosed; ) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(to - at, CHUNK_BYTES))
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield bytes.subarray(0, bytesRead)
    }
  }

  async #bytes(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(to - from)
    noteGarbage(COPIES * bytes.length)
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, from + filled)
      if (bytesRead === 0) throw inputChanged()
      filled += bytesRead
    }
    return bytes
  }
}

function isTooLong(line: AnyLine | undefined, most: number): boolean {
  return line !== undefined && 'bytes' in line && line.bytes !== undefined && line.bytes.length > most
}
