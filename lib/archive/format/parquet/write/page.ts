import { ByteWriter, writePageHeader } from '../../parquetThrift.ts'
import { countOf, type Leaf, type LeafValues } from './leaves.ts'
import { levelsOf } from './levels.ts'
import { encodedValues, encodingOf } from './plain.ts'

const HEADER_BYTES = 64

/** Compresses the bytes of a page. */
export type Compress = (bytes: Uint8Array) => Buffer

/** A page of data as it stands in a file. */
export interface WrittenPage {
  readonly header: Uint8Array
  readonly bytes: Buffer
  /** Of both, before compression. */
  readonly rawBytes: number
}

/**
 * A page of data of the first version, which every reader knows: its levels, then its values, compressed together.
 * @see https://github.com/apache/parquet-format (DataPageHeader)
 */
export function pageOf(leaf: Leaf, values: LeafValues, compress: Compress): WrittenPage {
  const raw = Buffer.concat([...levelsOf(leaf, values), encodedValues(values)])
  const bytes = compress(raw)
  const header = new ByteWriter(HEADER_BYTES)
  writePageHeader(header, {
    type: 'DATA_PAGE',
    uncompressed_page_size: raw.length,
    compressed_page_size: bytes.length,
    data_page_header: {
      num_values: countOf(values),
      encoding: encodingOf(leaf.type),
      definition_level_encoding: 'RLE',
      repetition_level_encoding: 'RLE',
    },
  })
  return { header: header.getBytes(), bytes, rawBytes: header.offset + raw.length }
}
