import { AsyncLocalStorage } from 'node:async_hooks'
import { ElysiaError } from '../../core/errors.ts'
import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'
import { requireFiles } from '../../database/files.ts'
import type { TransactionOptions } from '../store.ts'
import { SharedTransaction } from './sharedTransaction.ts'

interface Open {
  readonly token: symbol
  readonly ended: Promise<void>
}

/**
 * Serializes the work on a connection, which has at most one transaction. Steps are synchronous. A
 * transaction may await, and a step from outside waits for its end, so that a rollback never undoes another's
 * step.
 */
export class TransactionQueue {
  readonly #database: SqliteDatabase
  readonly #inside = new AsyncLocalStorage<symbol>()
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  readonly #rollback: SqliteStatement
  readonly #shared: SharedTransaction
  #open: Open | undefined

  constructor(database: SqliteDatabase) {
    this.#database = database
    this.#begin = database.prepare('BEGIN IMMEDIATE')
    this.#commit = database.prepare('COMMIT')
    this.#rollback = database.prepare('ROLLBACK')
    this.#shared = new SharedTransaction(database, {
      begin: () => this.#begin.run(),
      commit: () => this.#end(),
      undo: () => this.#undo(),
    })
  }

  /** Runs one synchronous step: inside the caller's own transaction, or once no transaction is open. */
  async step<T>(work: () => T): Promise<T> {
    if (this.#open !== undefined && this.#inside.getStore() === this.#open.token) {
      this.#requireBegun()
      return work()
    }
    while (this.#open !== undefined) await this.#open.ended
    this.#shared.commit()
    return work()
  }

  /**
   * Runs asynchronous work as one transaction. `shared` work may be committed together with what follows it: several in
   * one, once nothing has come for a moment, or something else is requested.
   * @throws ElysiaError ELYSIA_STORE inside another one
   */
  async transaction<T>(
    work: () => Promise<T>,
    { shared = false, onCommitted = () => {}, onLost = () => {} }: TransactionOptions = {},
  ): Promise<T> {
    if (this.#open !== undefined && this.#inside.getStore() === this.#open.token) {
      throw new ElysiaError('ELYSIA_STORE', 'a transaction cannot run inside another one')
    }
    while (this.#open !== undefined) await this.#open.ended
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const token = Symbol('transaction')
    this.#open = { token, ended }
    const runWork = async () => {
      const result = await work()
      this.#requireBegun()
      return result
    }
    try {
      return await this.#inside.run(token, () =>
        shared ? this.#shared.add(runWork, { onCommitted, onLost }) : this.#bracket(runWork),
      )
    } finally {
      this.#open = undefined
      resolve()
    }
  }

  /** Inside a step: stores everything that `work` does, or nothing; part of an open transaction. */
  atomic<T>(work: () => T): T {
    if (this.#database.inTransaction) return work()
    this.#begin.run()
    try {
      const result = work()
      this.#end()
      return result
    } catch (error) {
      this.#undo()
      throw error
    }
  }

  async #bracket<T>(work: () => Promise<T>): Promise<T> {
    this.#shared.commit()
    this.#begin.run()
    try {
      const result = await work()
      this.#end()
      return result
    } catch (error) {
      this.#undo()
      throw error
    }
  }

  #end(): void {
    requireFiles(this.#database)
    this.#commit.run()
  }

  #undo(): void {
    if (this.#database.open && this.#database.inTransaction) this.#rollback.run()
  }

  // SQLite ends a transaction itself when the disk is full: later steps would be stored alone.
  #requireBegun(): void {
    if (this.#database.open && this.#database.inTransaction) return
    throw new ElysiaError('ELYSIA_STORE', 'the transaction was rolled back after a failure inside it')
  }
}
