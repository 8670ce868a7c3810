import type { Data, DataType } from '../arrow.ts'
import type { ColumnBuilder, ValueReader } from './builders.ts'

/** How values of one data type are stored in a column. */
export interface ColumnType {
  readonly type: DataType
  builder(): ColumnBuilder
  /** Reads the values of a column of this type. */
  reader(data: Data): ValueReader
}
