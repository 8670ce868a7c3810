import { Table as ArrowTable, type RecordBatch, tableToIPC } from '../arrow.ts'
import * as wasm from '../parquetWasm.ts'
import type { Layout } from './layout.ts'

/** How many rows, and bytes as they are written, a row group has at most. */
export interface GroupBounds {
  readonly rows: number
  readonly bytes: number
}

/** Takes bytes of a file; resolves when more may come. */
export type Emit = (bytes: Buffer) => Promise<void>

/**
 * One Parquet file on its way: batches of one schema in, bytes out. WebAssembly memory holds the row group
 * that is being filled, compressed. It has to be closed or released.
 */
export class ParquetSink {
  readonly #emit: Emit
  #controller!: ReadableStreamDefaultController<wasm.RecordBatch>
  #output: ReadableStreamDefaultReader<Uint8Array> | undefined
  /** Settles when the writer wants the next batch, or has ended. */
  #wanted = quietly<void>()
  #drained: Promise<void> | undefined
  #closed = false

  constructor(emit: Emit) {
    this.#emit = emit
  }

  /** Begins the file with its first batch, which may be empty and makes the schema. */
  async open(first: RecordBatch, layout: Layout, bounds: GroupBounds): Promise<void> {
    const input = new ReadableStream<wasm.RecordBatch>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#wanted.resolve(),
      },
      { highWaterMark: 0 },
    )
    // It resolves only when it has the first batch.
    this.#controller.enqueue(moved(first))
    const output = await wasm.transformParquetStream(input, propertiesOf(layout, bounds))
    this.#output = output.getReader()
    if (this.#closed) return this.release()
    this.#drained = this.#drain(this.#output)
    this.#drained.catch(() => {})
  }

  /** Resolves when the writer has taken all batches before this one. */
  async write(batch: RecordBatch): Promise<void> {
    const copy = moved(batch)
    try {
      await this.#wanted.promise
    } catch (thrown) {
      copy.free()
      throw thrown
    }
    this.#wanted = quietly()
    this.#controller.enqueue(copy)
  }

  /** No batch follows. Resolves when the last byte is emitted. */
  async close(): Promise<void> {
    await this.#wanted.promise
    this.#closed = true
    this.#controller.close()
    await this.#drained
  }

  /** Ends the file as it is. Without an end of its input the writer would keep its row group for ever. */
  async release(): Promise<void> {
    this.#closed = true
    this.#wanted.reject(new Error('the Parquet writer was released'))
    await this.#output?.cancel().catch(() => {})
    try {
      this.#controller?.close()
    } catch {}
  }

  async #drain(output: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    try {
      for (let next = await output.read(); !next.done; next = await output.read()) {
        const { buffer, byteOffset, byteLength } = next.value
        await this.#emit(Buffer.from(buffer, byteOffset, byteLength))
      }
      if (!this.#closed) throw new Error('the Parquet writer ended early')
    } catch (thrown) {
      this.#wanted.reject(thrown)
      throw thrown
    }
  }
}

/** A promise that nobody has to look at. */
function quietly<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>()
  made.promise.catch(() => {})
  return made
}

/** A copy of a batch in WebAssembly memory; the writer frees it. */
function moved(batch: RecordBatch): wasm.RecordBatch {
  const table = wasm.Table.fromIPCStream(tableToIPC(new ArrowTable([batch]), 'stream'))
  try {
    return table.recordBatch(0)!
  } finally {
    table.free()
  }
}

/**
 * Dictionaries and statistics only for columns that lie flat: the writer knows nested ones by no name, and for
 * floats both cost time and gain nothing. So the default is what nested columns get.
 */
function propertiesOf(layout: Layout, bounds: GroupBounds): wasm.WriterProperties {
  const { names, kinds, shapes, metadata } = layout
  const nested = [...kinds.values()].some(({ type }) => (type.children ?? []).length > 0)
  // Bytes of equal weight side by side: a tenth smaller and faster, but only numbers can be written so.
  const split = shapes.size > 0 && !nested
  let builder = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    .setMaxRowGroupSize(bounds.rows)
    .setMaxRowGroupBytes(bounds.bytes)
    .setDictionaryEnabled(false)
    .setStatisticsEnabled(wasm.EnabledStatistics.None)
    .setEncoding(split ? wasm.Encoding.BYTE_STREAM_SPLIT : wasm.Encoding.PLAIN)
    .setKeyValueMetadata(metadata)
    .setCreatedBy('elysiactl')
  const properties = Object.values(names.properties)
  for (const name of [names.id, names.tenant, ...properties, names.created, names.updated, names.rest]) {
    if (name === undefined) continue
    builder = builder
      .setColumnStatisticsEnabled(name, wasm.EnabledStatistics.Chunk)
      .setColumnDictionaryEnabled(name, name !== names.id && name !== names.rest)
      .setColumnEncoding(name, wasm.Encoding.PLAIN)
  }
  return builder.build()
}
