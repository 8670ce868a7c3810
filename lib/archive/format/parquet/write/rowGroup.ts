import type { ColumnChunk, RowGroup, SchemaElement } from '../../parquetThrift.ts'
import { countOf, type Leaf, type LeafValues } from './leaves.ts'
import type { PageWriter } from './page.ts'
import { encodingOf } from './plain.ts'
import { ColumnStatistics } from './statistics.ts'

/** The compressed pages of a column. */
class OpenColumn {
  readonly #leaf: Leaf
  readonly #element: SchemaElement
  readonly #statistics: ColumnStatistics | undefined
  readonly pieces: Uint8Array[] = []
  #bytes = 0
  #rawBytes = 0
  #values = 0

  constructor(leaf: Leaf, element: SchemaElement) {
    this.#leaf = leaf
    this.#element = element
    this.#statistics = ColumnStatistics.isFor(leaf) ? new ColumnStatistics() : undefined
  }

  /** Returns the number of bytes added. */
  add(values: LeafValues, writer: PageWriter): number {
    const { header, bytes, rawBytes } = writer.page(this.#leaf, values)
    this.pieces.push(header, bytes)
    this.#bytes += header.length + bytes.length
    this.#rawBytes += rawBytes
    this.#values += countOf(values)
    this.#statistics?.add(values)
    return header.length + bytes.length
  }

  get bytes(): number {
    return this.#bytes
  }

  get rawBytes(): number {
    return this.#rawBytes
  }

  /** Its entry in the footer, if it begins at `offset`. */
  chunk(offset: number): ColumnChunk {
    const { path, type } = this.#leaf
    const statistics = this.#statistics?.get()
    return {
      file_offset: 0n,
      meta_data: {
        type: this.#element.type!,
        encodings: ['RLE', encodingOf(type)],
        path_in_schema: [...path],
        codec: 'ZSTD',
        num_values: BigInt(this.#values),
        total_uncompressed_size: BigInt(this.#rawBytes),
        total_compressed_size: BigInt(this.#bytes),
        data_page_offset: BigInt(offset),
        ...(statistics !== undefined && { statistics }),
      },
    }
  }
}

/** A row group being filled. Memory: its compressed pages. */
export class OpenRowGroup {
  readonly #columns: readonly OpenColumn[]
  /** Rows so far. */
  rows = 0
  bytes = 0

  constructor(leaves: readonly Leaf[], elements: readonly SchemaElement[]) {
    this.#columns = leaves.map((leaf, n) => new OpenColumn(leaf, elements[n]!))
  }

  /** Adds a page to each column. */
  add(values: readonly LeafValues[], rows: number, writer: PageWriter): void {
    for (const [n, column] of this.#columns.entries()) this.bytes += column.add(values[n]!, writer)
    this.rows += rows
  }

  /** Its bytes, column after column. */
  pieces(): Uint8Array[] {
    return this.#columns.flatMap(({ pieces }) => pieces)
  }

  /** Its entry in the footer, if it begins at `offset`. */
  declared(offset: number): RowGroup {
    let at = offset
    const columns = this.#columns.map((column) => {
      const chunk = column.chunk(at)
      at += column.bytes
      return chunk
    })
    const rawBytes = this.#columns.reduce((sum, column) => sum + column.rawBytes, 0)
    return {
      columns,
      total_byte_size: BigInt(rawBytes),
      num_rows: BigInt(this.rows),
      total_compressed_size: BigInt(this.bytes),
    }
  }
}
