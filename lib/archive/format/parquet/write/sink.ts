import { type RecordBatch, type Schema, Table, tableToIPC } from '../../arrow.ts'
import { ByteWriter, type FileMetadata, type SchemaElement, writeMetadata } from '../../parquetThrift.ts'
import { elementsOf } from './elements.ts'
import { type Leaf, leavesOf, valuesOf } from './leaves.ts'
import { type Compress, PageWriter } from './page.ts'
import { OpenRowGroup } from './rowGroup.ts'
import { BOUND_BYTES } from './statistics.ts'

/** The maximum number of rows, and of bytes as written, in a row group. */
export interface GroupBounds {
  readonly rows: number
  readonly bytes: number
}

/** Takes bytes of a file; resolves when it accepts more. */
export type Emit = (bytes: Buffer) => Promise<void>

const MAGIC = Buffer.from('PAR1')
const FORMAT_VERSION = 1
/** Smaller pieces are joined before they are emitted. */
const PIECE_BYTES = 256 * 1024

/**
 * Writes one Parquet file: Arrow batches of one schema in, bytes out. Each batch becomes a page of each column; row
 * groups end between batches. Memory: the compressed pages of a row group, and one page before compression. There is
 * nothing to close.
 */
export class ParquetSink {
  readonly #emit: Emit
  readonly #writer: PageWriter
  readonly #schema: Schema
  readonly #bounds: GroupBounds
  readonly #leaves: readonly Leaf[]
  readonly #elements: SchemaElement[]
  readonly #values: readonly SchemaElement[]
  readonly #groups: FileMetadata['row_groups'] = []
  #group: OpenRowGroup
  #offset = 0
  #rows = 0

  constructor(schema: Schema, bounds: GroupBounds, compress: Compress, emit: Emit) {
    this.#schema = schema
    this.#bounds = bounds
    this.#writer = new PageWriter(compress)
    this.#emit = emit
    this.#leaves = leavesOf(schema)
    this.#elements = elementsOf(schema)
    this.#values = this.#elements.filter(({ type }) => type !== undefined)
    this.#group = this.#newGroup()
  }

  /** Writes a batch, without keeping references to it. Resolves when the sink accepts more. */
  async write(batch: RecordBatch): Promise<void> {
    const { numRows } = batch
    if (this.#group.rows > 0 && this.#group.rows + numRows > this.#bounds.rows) await this.#endGroup()
    const values = valuesOf(this.#schema.fields, batch.data.children, numRows)
    this.#group.add(values, numRows, this.#writer)
    if (this.#group.bytes >= this.#bounds.bytes) await this.#endGroup()
  }

  /** Ends the file. Resolves when the last byte is emitted: the footer, with these pairs and the Arrow schema. */
  async close(metadata: ReadonlyMap<string, string>): Promise<void> {
    if (this.#group.rows > 0) await this.#endGroup()
    const footer = new ByteWriter()
    const arrow = Buffer.from(tableToIPC(new Table(this.#schema), 'stream')).toString('base64')
    const pairs = [...metadata, ['ARROW:schema', arrow] as const]
    const described: Omit<FileMetadata, 'metadata_length'> = {
      version: FORMAT_VERSION,
      schema: this.#elements,
      num_rows: BigInt(this.#rows),
      row_groups: this.#groups,
      key_value_metadata: pairs.map(([key, value]) => ({ key, value })),
      created_by: 'elysiactl',
    }
    writeMetadata(footer, described as FileMetadata, BOUND_BYTES)
    const begin = this.#offset === 0 ? [MAGIC] : []
    await this.#hand([...begin, footer.getBytes(), MAGIC])
  }

  async #endGroup(): Promise<void> {
    const group = this.#group
    this.#group = this.#newGroup()
    const begin = this.#offset === 0 ? [MAGIC] : []
    this.#groups.push(group.declared(this.#offset + (begin.length > 0 ? MAGIC.length : 0)))
    this.#rows += group.rows
    await this.#hand([...begin, ...group.pieces()])
  }

  #newGroup(): OpenRowGroup {
    return new OpenRowGroup(this.#leaves, this.#values)
  }

  async #hand(pieces: readonly Uint8Array[]): Promise<void> {
    let [pending, bytes]: [Uint8Array[], number] = [[], 0]
    for (const [n, piece] of pieces.entries()) {
      pending.push(piece)
      bytes += piece.length
      if (bytes < PIECE_BYTES && n + 1 < pieces.length) continue
      this.#offset += bytes
      await this.#emit(Buffer.concat(pending))
      ;[pending, bytes] = [[], 0]
    }
  }
}
