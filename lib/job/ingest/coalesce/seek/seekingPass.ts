import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Item } from '../../../../core/entry.ts'
import type { Source } from '../../../../core/stage.ts'
import { LinesDigest } from '../../../../stream/lines/digest.ts'
import type { MemoryGate } from '../../../../stream/waitForMemory.ts'
import type { AnyLine } from '../anyLine.ts'
import { type BatchLimits, FillingBatch } from '../batching.ts'
import { decidedItem, type ItemOf, leftOut } from '../coalescing.ts'
import type { DigestMap } from '../digestMap.ts'
import { inputChanged } from '../inputChanged.ts'
import { KnownTrail } from '../knownTrail.ts'
import { type Decisions, type PlannedRecord, VERDICT } from '../plan.ts'
import { type FileStamp, hasStamp } from './fileStamp.ts'
import type { RecordLines } from './recordLines.ts'

const LF = 10

/** The file of an input, and what a first pass found in it. */
export interface SeekingInput {
  readonly file: FileHandle
  readonly stamp: FileStamp
  readonly lines: RecordLines
  readonly decisions: Decisions
  readonly map: DigestMap
}

/** How batches are made. */
export interface SeekingOptions {
  readonly itemOf: ItemOf
  readonly limits: BatchLimits
  readonly stop: AbortSignal
  /** Called before the first batch. */
  readonly make: () => Promise<void>
  readonly memory?: MemoryGate | undefined
}

/** The digest of the first `records` records of an input. */
export async function digestOf(
  records: number,
  { lines, decisions, map }: Pick<SeekingInput, 'lines' | 'decisions' | 'map'>,
  known = new LinesDigest(),
): Promise<LinesDigest> {
  if (records === 0) return new LinesDigest()
  const base = map.baseBefore(decisions.record(records - 1).line).digest
  const digest = (base.records > known.records ? base : known).copy()
  for await (const piece of lines.read(digest.records, records, () => true)) {
    for (const { line } of piece) digest.update(line!)
  }
  return digest
}

/**
 * A source: the planned records of a file → batches of items, reading only the lines that are applied; then what comes
 * after the last planned record. It begins after the record whose digest is given. Before the last batch it makes sure
 * that the file is still the one that the plan is of. Memory: a batch, and what `RecordLines` holds.
 */
export class SeekingPass {
  readonly stage: Source<Item[]>
  readonly trail: KnownTrail
  readonly firstLine: number
  readonly #input: SeekingInput
  readonly #options: SeekingOptions
  readonly #batch: FillingBatch
  /** The digest up to the end of the last batch, and further as long as all lines are read. */
  #digest: LinesDigest
  /** How many records the batch, and what came before it, have. */
  #records: number
  #line = 0
  /** The lines and bytes up to where it has read. */
  #read: { readonly lines: number; readonly bytes: number }

  constructor(input: SeekingInput, digest: LinesDigest, options: SeekingOptions) {
    this.#input = input
    this.#options = options
    this.#batch = new FillingBatch(options.limits)
    this.#digest = digest.copy()
    this.#records = digest.records
    const { line, end } = this.#lastOf(digest.records)
    this.firstLine = line
    this.#read = { lines: line, bytes: end }
    this.trail = new KnownTrail(input.map, line, digest)
    this.stage = Readable.from(this.#batches(), { objectMode: true, highWaterMark: 1 })
  }

  /** All lines and bytes of the input, once it was read to its end. */
  get read(): { readonly lines: number; readonly bytes: number } {
    return this.#read
  }

  async *#batches(): AsyncGenerator<Item[]> {
    const { make, stop, memory } = this.#options
    const { lines, decisions } = this.#input
    await make()
    for await (const piece of lines.read(this.#records, decisions.count, isApplied)) {
      await memory?.pass()
      if (stop.aborted) return
      for (const { record, line } of piece) {
        const item = line === undefined ? leftOut(record, record.by!) : this.#itemOf(line, record)
        if (this.#batch.isFullFor(item)) yield await this.#release()
        this.#batch.add(item)
        // Without a gap, the digest need not read the lines again.
        if (line !== undefined && this.#digest.records === this.#records) this.#digest.update(line)
        this.#records += 1
        this.#line = record.line
      }
    }
    yield* this.#rest()
    if (stop.aborted) return
    await this.#requireUnchanged()
    if (!this.#batch.isEmpty) yield await this.#release()
  }

  /** What comes after the last planned record: blank lines, or records that were added since. */
  async *#rest(): AsyncGenerator<Item[]> {
    const { file, lines, decisions } = this.#input
    const { itemOf, stop } = this.#options
    const { line: lastLine, end } = this.#lastOf(decisions.count)
    this.#read = { lines: lastLine, bytes: end }
    if ((await file.stat()).size === end) return
    if (end > 0 && !(await this.#endsLine(end))) throw inputChanged()
    const splitter = lines.split(end, Number.POSITIVE_INFINITY, lastLine, stop)
    for await (const line of splitter as AsyncIterable<AnyLine>) {
      if (this.#records === decisions.count) this.#digest = (await this.#digestHere()).copy()
      const item = itemOf(line)
      if (this.#batch.isFullFor(item)) yield await this.#release()
      this.#batch.add(item)
      this.#digest.update(line)
      this.#records += 1
      this.#line = line.line
    }
    this.#read = { lines: splitter.lines, bytes: splitter.bytes }
  }

  #itemOf(line: AnyLine, record: PlannedRecord): Item {
    if (line.line !== record.line) throw inputChanged()
    return decidedItem(line, record, this.#options.itemOf)
  }

  async #release(): Promise<Item[]> {
    const items = this.#batch.take()!
    this.#digest = await this.#digestHere()
    this.trail.note(this.#line, this.#digest.hex())
    return items
  }

  async #digestHere(): Promise<LinesDigest> {
    if (this.#records === this.#digest.records) return this.#digest
    return digestOf(this.#records, this.#input, this.#digest)
  }

  #lastOf(records: number): { readonly line: number; readonly end: number } {
    return records === 0 ? { line: 0, end: 0 } : this.#input.decisions.record(records - 1)
  }

  async #endsLine(end: number): Promise<boolean> {
    const { bytesRead, buffer } = await this.#input.file.read(Buffer.alloc(1), 0, 1, end - 1)
    return bytesRead === 1 && buffer[0] === LF
  }

  /** @throws ElysiaError ELYSIA_INPUT if the file was changed and no longer begins with what was planned */
  async #requireUnchanged(): Promise<void> {
    const { file, stamp, lines, map, decisions } = this.#input
    if (await hasStamp(file, stamp)) return
    const digest = new LinesDigest()
    const splitter = lines.split(0, this.#lastOf(decisions.count).end, 0)
    await pipeline(splitter, async (read: AsyncIterable<AnyLine>) => {
      for await (const line of read) digest.update(line)
    })
    if (digest.hex() !== map.end.digest) throw inputChanged()
  }
}

function isApplied({ verdict }: PlannedRecord): boolean {
  return verdict !== VERDICT.superseded
}
