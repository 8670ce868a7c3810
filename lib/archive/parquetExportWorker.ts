import { once } from 'node:events'
import { openAsBlob } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { ParquetFile, type RecordBatch } from 'parquet-wasm/node'

/** What the thread is given: a file, and for each of its row groups how many rows a batch of it has. */
export interface ExportReading {
  readonly path: string
  readonly groups: readonly number[]
}

// For each message that comes, one goes out: an Arrow stream of one batch, and at the end null.
const { path, groups } = workerData as ExportReading
const port = parentPort!
const file = await ParquetFile.fromFile(await openAsBlob(path))
for (const [group, batchSize] of groups.entries()) {
  const batches = await file.stream({ rowGroups: [group], batchSize })
  for await (const batch of batches as ReadableStream<RecordBatch>) {
    const bytes = batch.intoIPCStream()
    await once(port, 'message')
    port.postMessage(bytes, [bytes.buffer as ArrayBuffer])
  }
}
await once(port, 'message')
port.postMessage(null)
