/** Writes the headers and the footer of a Parquet file as bytes. */
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

export { ByteWriter, writeMetadata, writePageHeader, writeRleBitPackedHybrid }

/**
 * The structures of a footer, as hyparquet-writer takes them.
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export type FileMetadata = Parameters<typeof writeMetadata>[1]
export type SchemaElement = FileMetadata['schema'][number]
export type RowGroup = FileMetadata['row_groups'][number]
export type ColumnChunk = RowGroup['columns'][number]
export type Statistics = NonNullable<NonNullable<ColumnChunk['meta_data']>['statistics']>
