import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { type RecordBatch, tableFromIPC } from '../../format/arrow.ts'
import type { Footer } from '../../format/parquet/footer.ts'
import type { BatchReading } from './batchWorker.ts'

/**
 * The rows of a Parquet file that any program wrote, in batches of at most 1000, in the types that Parquet has, whatever
 * else its writer noted of them. `columns` names those that are wanted. Memory: a batch, and in a thread of its own
 * about five times a row group as it is stored: the library copies it whole. It is given back at the end of the file.
 * @throws ElysiaError ELYSIA_DAMAGED, naming the file
 */
export async function* batchesOf(
  path: string,
  footer: Footer,
  columns?: readonly string[],
): AsyncGenerator<RecordBatch> {
  let rows = 0
  try {
    for await (const bytes of messagesOf({
      path,
      footer: { groups: footer.groups },
      ...(columns && { columns }),
    })) {
      for (const batch of tableFromIPC(bytes).batches) {
        rows += batch.numRows
        if (rows > footer.rows) throw new Error(`has more than ${footer.rows} objects`)
        yield batch
      }
    }
    if (rows !== footer.rows) throw new Error(`has ${rows} of ${footer.rows} objects`)
  } catch (cause) {
    if (cause instanceof ElysiaError) throw cause
    // That is how the library, compiled from Rust, ends a thread.
    const fact =
      (cause as Error).name === 'RuntimeError' || messageOf(cause) === 'unreachable'
        ? 'cannot be decoded'
        : messageOf(cause)
    throw new ElysiaError('ELYSIA_DAMAGED', `${path}: ${fact}`, { cause })
  }
}

/**
 * Arrow messages, one for each time that is asked. In a thread, because the library reads large files only
 * asynchronously, and where it fails there no promise rejects: the thread dies.
 */
async function* messagesOf(workerData: BatchReading): AsyncGenerator<Uint8Array> {
  const worker = new Worker(workerUrl(), { workerData })
  const ended = new AbortController()
  const death = once(worker, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('its reader ended early')
  })
  death.catch(() => {})
  try {
    for (;;) {
      worker.postMessage('next')
      const [bytes] = (await Promise.race([once(worker, 'message', ended), death])) as [Uint8Array | null]
      if (bytes === null) return
      yield bytes
    }
  } finally {
    ended.abort()
    await worker.terminate()
  }
}

/** The thread's file: beside this one, or, where the command is one file (dist/bin/main.cjs), in dist/lib. */
function workerUrl(): URL {
  const here = import.meta.url
  if (here.endsWith('.cjs')) return new URL('../lib/archive/foreign/parquet/batchWorker.js', here)
  return new URL(`./batchWorker${here.endsWith('.ts') ? '.ts' : '.js'}`, here)
}
