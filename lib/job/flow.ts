import type { Transform } from 'node:stream'
import { operations } from '../change/operations.ts'
import { validate } from '../change/validate.ts'
import type { Item } from '../entry.ts'
import { batch } from '../stream/batch.ts'
import { parseJson } from '../stream/parseJson.ts'
import type { IngestOptions } from './ingestOptions.ts'

/** The middle of an ingest: lines → batches of operations. */
export function changeStages(options: IngestOptions): Transform[] {
  const { contentRoot, tenant, tenantBy, batchSize, batchBytes, maxLineBytes, strict } = options
  return [
    parseJson(),
    validate({ strict }),
    operations({
      maxContentBytes: maxLineBytes,
      ...(contentRoot !== undefined && { contentRoot }),
      ...(tenant !== undefined && { tenant }),
      ...(tenantBy !== undefined && { tenantBy }),
    }),
    batch<Item>({ count: batchSize, bytes: batchBytes, weigh }),
  ]
}

/** The bytes, about, that an item holds in memory: its line, and what was decoded or read from a file. */
function weigh(item: Item): number {
  const line = item.text?.length ?? 0
  return 'heldBytes' in item ? line + (item.heldBytes ?? 0) : line
}
