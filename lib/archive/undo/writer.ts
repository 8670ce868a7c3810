import { appendFileSync, existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { noteGarbage } from '../../core/memory/limits.ts'
import { makeDirectory } from '../../file/directory.ts'
import { blockText } from './entry.ts'
import { syncDirectory, writeUndoHeader } from './header.ts'
import { undoBlocks } from './reader.ts'
import { UNDO_ENTRIES, UNDO_TENANTS, type UndoEntry, type UndoHeader, undoUnwritable } from './undo.ts'

/** A block's text, its bytes, and those of several blocks together. */
const COPIES = 3

interface PendingWrite {
  readonly bytes: Buffer
  readonly entries: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * Keeps objects as they were, batch by batch, in the directory of one run: an archive of kind `undo`. Once `keep`
 * resolves, its batch survives a power failure. Batches that wait for the disk together share one sync.
 * Memory: the waiting batches.
 */
export class UndoWriter {
  readonly directory: string
  readonly #handle: FileHandle
  readonly #durable: boolean
  #header: UndoHeader
  #entries: number
  #bytes: number
  #waiting: PendingWrite[] = []
  #flushing: Promise<void> | undefined
  #failure: unknown

  private constructor(
    directory: string,
    header: UndoHeader,
    handle: FileHandle,
    at: { readonly entries: number; readonly bytes: number },
    durable: boolean,
  ) {
    this.#durable = durable
    this.directory = directory
    this.#header = header
    this.#handle = handle
    this.#entries = at.entries
    this.#bytes = at.bytes
  }

  /**
   * Creates the archive, or continues that of an interrupted run: removes a batch that was cut short, because it was
   * never sent. Without `durable`, a batch only survives the end of the process once `keep` resolves.
   * @throws ElysiaError ELYSIA_STATE, ELYSIA_DAMAGED
   */
  static async begin(directory: string, header: UndoHeader, durable = true): Promise<UndoWriter> {
    const path = join(directory, UNDO_ENTRIES)
    const at = { entries: 0, bytes: 0 }
    if (existsSync(path)) {
      for await (const { entries, end } of undoBlocks(directory, header)) {
        at.entries += entries.length
        at.bytes = end
      }
    }
    let handle: FileHandle | undefined
    try {
      makeDirectory(directory)
      handle = await open(path, 'a', 0o600)
      await handle.truncate(at.bytes)
      await handle.datasync()
      for (const one of [directory, dirname(directory)]) syncDirectory(one)
      writeUndoHeader(directory, header)
      return new UndoWriter(directory, header, handle, at, durable)
    } catch (error) {
      await handle?.close().catch(() => {})
      throw undoUnwritable(directory, error)
    }
  }

  /** The number of entries so far, including those from before an interruption. */
  get entries(): number {
    return this.#entries
  }

  /** Their bytes on disk. */
  get bytes(): number {
    return this.#bytes
  }

  /** Resolves once the entries are durable: only then may their objects be changed. @throws ElysiaError ELYSIA_STATE */
  keep(entries: readonly UndoEntry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const bytes = Buffer.from(blockText(entries))
    noteGarbage(COPIES * bytes.length)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, entries: entries.length, resolve, reject })
      this.#flushing ??= this.#flush().finally(() => {
        this.#flushing = undefined
      })
    })
  }

  /** Records tenants durably before the run creates them: a rollback removes those that are empty again. */
  noteTenants(tenants: readonly string[]): void {
    try {
      const path = join(this.directory, UNDO_TENANTS)
      appendFileSync(path, `${JSON.stringify(tenants)}\n`, { mode: 0o600, flush: true })
    } catch (error) {
      throw undoUnwritable(this.directory, error)
    }
  }

  /** Records that the run has ended: everything it wrote is complete. */
  complete(): void {
    const ended_at = new Date().toISOString()
    this.#write({ ...this.#header, ended_at, entries: this.#entries, bytes: this.#bytes })
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#handle.close()
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        if (this.#failure !== undefined) throw this.#failure
        await this.#handle.appendFile(Buffer.concat(batch.map(({ bytes }) => bytes)))
        if (this.#durable) await this.#handle.datasync()
        for (const one of batch) {
          this.#entries += one.entries
          this.#bytes += one.bytes.length
          one.resolve()
        }
      } catch (error) {
        this.#failure ??= undoUnwritable(this.directory, error)
        for (const one of batch) one.reject(this.#failure)
      }
    }
  }

  #write(header: UndoHeader): void {
    writeUndoHeader(this.directory, header)
    this.#header = header
  }
}
