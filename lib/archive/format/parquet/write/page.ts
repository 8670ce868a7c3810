import { ByteWriter, writePageHeader } from '../../parquetThrift.ts'
import { countOf, type Leaf, type LeafValues } from './leaves.ts'
import { levelsOf } from './levels.ts'
import { encodingOf, writeValues } from './plain.ts'

const HEADER_BYTES = 64
const FIRST_BYTES = 256 * 1024

/** Compresses the bytes of a page. */
export type Compress = (bytes: Uint8Array) => Buffer

/** A data page as it is stored in a file. */
export interface WrittenPage {
  readonly header: Uint8Array
  readonly bytes: Buffer
  /** Header and content, before compression. */
  readonly rawBytes: number
}

/** Makes pages. Memory: the longest of them, before compression. */
export class PageWriter {
  readonly #compress: Compress
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #length = 0

  constructor(compress: Compress) {
    this.#compress = compress
  }

  /**
   * A version 1 data page, which every reader supports: its levels, then its values, compressed together.
   * @see https://github.com/apache/parquet-format (DataPageHeader)
   */
  page(leaf: Leaf, values: LeafValues): WrittenPage {
    this.#length = 0
    for (const levels of levelsOf(leaf, values)) this.#room(levels.length).set(levels)
    writeValues(values, (bytes) => this.#room(bytes))
    const bytes = this.#compress(this.#bytes.subarray(0, this.#length))
    const header = new ByteWriter(HEADER_BYTES)
    writePageHeader(header, {
      type: 'DATA_PAGE',
      uncompressed_page_size: this.#length,
      compressed_page_size: bytes.length,
      data_page_header: {
        num_values: countOf(values),
        encoding: encodingOf(leaf.type),
        definition_level_encoding: 'RLE',
        repetition_level_encoding: 'RLE',
      },
    })
    return { header: header.getBytes(), bytes, rawBytes: header.offset + this.#length }
  }

  #room(bytes: number): Buffer {
    const begin = this.#length
    this.#length += bytes
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#length, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, begin)
      this.#bytes = larger
    }
    return this.#bytes.subarray(begin, this.#length)
  }
}
