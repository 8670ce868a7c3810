import { once } from 'node:events'
import { closeSync, fstatSync, openAsBlob, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { Footer, RowGroup } from '../format/parquet/footer.ts'
import { costOf, requireDisjoint } from '../format/parquet/pages.ts'
import { ParquetFile, type RecordBatch } from '../format/parquetWasm.ts'

const PAGE_OBJECTS = 1000
const PAGE_BYTES = 2 * 1024 * 1024
/** What a page takes where all it refers to in dictionaries is the longest there is. */
const MAX_PAGE_BYTES = 128 * PAGE_BYTES

/** What the thread is given: a file, and what its end says of it. */
export interface ExportReading {
  readonly path: string
  readonly footer: Pick<Footer, 'groups'>
}

/** How many rows of each row group make a page. Throws an Error where pages are not what the footer says. */
function pageRows({ path, footer }: ExportReading): number[] {
  const file = openSync(path, 'r')
  try {
    requireDisjoint(footer, fstatSync(file).size)
    return footer.groups.map((group) => rowsOf(group, file))
  } finally {
    closeSync(file)
  }
}

function rowsOf(group: RowGroup, file: number): number {
  const { bytes, most } = costOf(group, (at, length) => {
    const buffer = Buffer.allocUnsafe(length)
    return buffer.subarray(0, readSync(file, buffer, 0, length, at))
  })
  const shares = Math.max(bytes / PAGE_BYTES, most / MAX_PAGE_BYTES, group.rows / PAGE_OBJECTS)
  return Math.max(1, Math.floor(group.rows / Math.max(1, shares)))
}

// For each message that comes, one goes out: an Arrow stream of one batch, and at the end null.
const reading = workerData as ExportReading
const batchSizes = pageRows(reading)
const port = parentPort!
const file = await ParquetFile.fromFile(await openAsBlob(reading.path))
for (const [group, batchSize] of batchSizes.entries()) {
  const batches = await file.stream({ rowGroups: [group], batchSize })
  for await (const batch of batches as ReadableStream<RecordBatch>) {
    const bytes = batch.intoIPCStream()
    await once(port, 'message')
    port.postMessage(bytes, [bytes.buffer as ArrayBuffer])
  }
}
await once(port, 'message')
port.postMessage(null)
