import { ElysiaError } from '../../core/errors.ts'
import { type SqliteDatabase, setWriterCache } from '../../database/connection.ts'
import { sqliteFailure } from '../../database/errors.ts'
import type { CallOptions, TransactionOptions } from '../store.ts'
import { storeClosed } from '../validation/classRules.ts'
import { TransactionQueue } from './transactions.ts'

/**
 * Runs work on one connection, one step after another, each alone or inside the open transaction. Turns SQLite's errors
 * into ours. `onFailure` is called before an error is thrown: changes may have been rolled back.
 */
export class SerializedDatabase {
  readonly #database: SqliteDatabase
  readonly #target: string
  readonly #file: string
  readonly #onFailure: () => void
  readonly #queue: TransactionQueue
  #writes = false

  constructor(database: SqliteDatabase, target: string, file: string, onFailure: () => void) {
    this.#database = database
    this.#target = target
    this.#file = file
    this.#onFailure = onFailure
    this.#queue = new TransactionQueue(database)
  }

  async read<T>(work: () => T, call?: CallOptions): Promise<T> {
    call?.signal?.throwIfAborted()
    try {
      return await this.#queue.step(work)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** Does the work as a whole, or not at all. */
  async write<T>(work: () => T, call?: CallOptions): Promise<T> {
    call?.signal?.throwIfAborted()
    try {
      return await this.#queue.step(() => {
        if (!this.#writes) setWriterCache(this.#database)
        this.#writes = true
        return this.#queue.atomic(work)
      })
    } catch (error) {
      throw this.#failure(error)
    }
  }

  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const onLost = (error: unknown) => options.onLost?.(this.#failure(error))
    try {
      return await this.#queue.transaction(work, { ...options, onLost })
    } catch (error) {
      throw this.#failure(error)
    }
  }

  async close(): Promise<void> {
    try {
      await this.#queue.step(() => this.#database.close())
    } catch (error) {
      // What waited could not be committed, and was undone. An open file would keep its locks.
      const failure = sqliteFailure(error, this.#file)
      this.#database.close()
      throw failure
    }
  }

  #failure(error: unknown): unknown {
    this.#onFailure()
    const isOurs = error instanceof ElysiaError
    return this.#database.open || isOurs ? sqliteFailure(error, this.#file) : storeClosed(this.#target)
  }
}
