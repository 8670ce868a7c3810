import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { type Field, type RecordBatch, tableFromIPC } from '../../format/arrow.ts'
import type { Footer } from '../../format/parquet/footer.ts'
import type { BatchRequest } from './batchWorker.ts'

/**
 * The rows of a Parquet file from any program, in batches of at most 1000, in Parquet's own types, whatever else its
 * writer noted about them. `columns` names the wanted ones. Memory: a batch, plus about five times the stored size of
 * a row group in a thread of its own, because the library copies the group. That memory is released at the end of the
 * file.
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
    throw damaged(path, cause)
  }
}

/** The columns of a file with rows. @throws ElysiaError ELYSIA_DAMAGED, naming the file */
export async function fieldsOf(path: string, { groups }: Footer): Promise<readonly Field[]> {
  let fields: readonly Field[] = []
  try {
    const upToFirst = groups.slice(0, groups.findIndex(({ rows }) => rows > 0) + 1)
    for await (const bytes of messagesOf({ path, footer: { groups: upToFirst }, limit: 1 })) {
      fields = tableFromIPC(bytes).schema.fields
    }
    return fields
  } catch (cause) {
    throw damaged(path, cause)
  }
}

/** Errors with which the library, compiled from Rust, ends a thread. */
const TRAPS = ['RuntimeError', 'unreachable']

function damaged(path: string, cause: unknown): ElysiaError {
  if (cause instanceof ElysiaError) return cause
  const isTrap = TRAPS.includes((cause as Error).name) || TRAPS.includes(messageOf(cause))
  const fact = isTrap ? 'cannot be decoded' : messageOf(cause)
  return new ElysiaError('ELYSIA_DAMAGED', `${path}: ${fact}`, { cause })
}

/** A thread may keep the memory of what it has read: after this many bytes it is ended to release it. */
const MOST_BYTES = 64 * 1024 * 1024
const IDLE_MS = 1000

/**
 * The thread that read the last file, kept for the next one: starting a thread takes longer than reading a small
 * file.
 */
let idle: BatchThread | undefined

/** Arrow messages of a file. */
async function* messagesOf(reading: BatchRequest): AsyncGenerator<Uint8Array> {
  const thread = idle ?? new BatchThread()
  idle = undefined
  let isWhole = false
  try {
    yield* thread.read(reading)
    isWhole = true
  } finally {
    if (!isWhole || idle !== undefined || thread.bytes > MOST_BYTES) await thread.end()
    else {
      idle = thread
      thread.rest(() => {
        if (idle === thread) idle = undefined
      })
    }
  }
}

/**
 * A thread that reads Parquet files, one at a time. The library reads large files only asynchronously, and if it
 * fails there, no promise rejects: the thread dies.
 */
class BatchThread {
  readonly #worker = new Worker(workerUrl())
  #resting: NodeJS.Timeout | undefined
  /** Bytes of the row groups read so far. */
  bytes = 0

  constructor() {
    // The reader gets this error.
    this.#worker.on('error', () => {})
  }

  /** Arrow messages, one for each request. */
  async *read(reading: BatchRequest): AsyncGenerator<Uint8Array> {
    clearTimeout(this.#resting)
    this.#worker.ref()
    for (const { chunks } of reading.footer.groups) for (const { bytes } of chunks) this.bytes += bytes
    const ended = new AbortController()
    const death = once(this.#worker, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('its reader ended early')
    })
    death.catch(() => {})
    try {
      this.#worker.postMessage(reading)
      for (;;) {
        this.#worker.postMessage('next')
        const [bytes] = (await Promise.race([once(this.#worker, 'message', ended), death])) as [
          Uint8Array | null,
        ]
        if (bytes === null) return
        yield bytes
      }
    } finally {
      ended.abort()
    }
  }

  /** Lets the process exit; ends the thread after a second without work. */
  rest(onEnd: () => void): void {
    this.#worker.unref()
    this.#resting = setTimeout(() => {
      onEnd()
      void this.end()
    }, IDLE_MS).unref()
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** The thread's file: beside this one, or in dist/lib if the command is one file (dist/bin/main.cjs). */
function workerUrl(): URL {
  const here = import.meta.url
  if (here.endsWith('.cjs')) return new URL('../lib/archive/foreign/parquet/batchWorker.js', here)
  return new URL(`./batchWorker${here.endsWith('.ts') ? '.ts' : '.js'}`, here)
}
