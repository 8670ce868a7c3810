import t from 'tap'
import { parquet } from '../../lib/archive/parquet.ts'
import { formatContract } from '../contract/format.ts'

// A row group of 8 MiB of compressed vectors, what waits of the one before it, and a batch.
formatContract(t, { format: parquet, holds: 32 })
