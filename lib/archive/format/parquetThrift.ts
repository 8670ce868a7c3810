/** Writes the headers and the footer of a Parquet file as bytes. */
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'

export { ByteWriter, writeMetadata, writePageHeader, writeRleBitPackedHybrid }

export type FileMetadata = Parameters<typeof writeMetadata>[1]
export type SchemaElement = FileMetadata['schema'][number]
export type RowGroup = FileMetadata['row_groups'][number]
export type ColumnChunk = RowGroup['columns'][number]
export type Statistics = NonNullable<NonNullable<ColumnChunk['meta_data']>['statistics']>
