import type { Data, DataType } from '../arrow.ts'
import type { ColumnBuilder, ValueReader } from './builders.ts'

/** How values of one data type are stored in a column. */
export interface ColumnType {
  readonly type: DataType
  slots(): ColumnBuilder
  /** Reads the slots of data of this very type. */
  cell(data: Data): ValueReader
}
