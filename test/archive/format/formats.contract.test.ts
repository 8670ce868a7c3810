import t from 'tap'
import { json } from '../../../lib/archive/format/json.ts'
import { jsonl } from '../../../lib/archive/format/jsonl.ts'
import { parquet } from '../../../lib/archive/format/parquet/format.ts'
import { formatContract } from '../../contract/format.ts'

formatContract(t, { format: jsonl, holds: 6 })
formatContract(t, { format: json, holds: 6 })
// A row group of 8 MiB of compressed vectors, what waits of the one before it, and a batch.
formatContract(t, { format: parquet, holds: 32 })
