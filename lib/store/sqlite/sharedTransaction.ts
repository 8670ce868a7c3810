import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'

/** Four are no faster, and hold 55 MB more of changed pages at their peak (200,000 records of 750 bytes, batches of 500). */
const MOST = 2
/** How long another writer waits at most for an idle transaction. */
const IDLE_MS = 20

/** How a transaction begins and ends. */
export interface TransactionCalls {
  begin(): void
  /** @throws if it cannot be committed */
  commit(): void
  undo(): void
}

/** Listeners for what happened to a piece of work once its transaction has ended. */
export interface CommitListener {
  onCommitted(): void
  /**
   * Called if the work resolved, but was undone after all: because other work failed, or because it could not be
   * committed.
   */
  onLost(error: unknown): void
}

const NOBODY: CommitListener = { onCommitted: () => {}, onLost: () => {} }

/**
 * A transaction that several pieces of work share, one after another: a page that they all change is written once. It
 * is committed after some of them, once nothing has come for a moment, or on request. If work fails after changing
 * something, all of it is undone; if it changed nothing, the work before it is committed.
 */
export class SharedTransaction {
  readonly #database: SqliteDatabase
  readonly #bracket: TransactionCalls
  readonly #changes: SqliteStatement
  /** One for each finished piece of work. */
  #listeners: CommitListener[] = []
  #isOpen = false
  #timer: NodeJS.Timeout | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(database: SqliteDatabase, bracket: TransactionCalls) {
    this.#database = database
    this.#bracket = bracket
    this.#changes = database.prepare('SELECT total_changes()').pluck() as SqliteStatement
  }

  /** @throws what `work` throws; the error that kept earlier work from being committed */
  async add<T>(work: () => Promise<T>, listener: CommitListener = NOBODY): Promise<T> {
    clearTimeout(this.#timer)
    this.#throwFailure()
    if (!this.#isOpen) this.#bracket.begin()
    this.#isOpen = true
    const before = this.#changes.get()
    let result: T
    try {
      result = await work()
    } catch (error) {
      this.#giveUp(before, error)
      throw error
    }
    this.#listeners.push(listener)
    if (this.#listeners.length >= MOST) this.commit()
    else this.#timer = setTimeout(() => this.#commitIdle(), IDLE_MS)
    return result
  }

  /** Commits the open transaction, if there is one. @throws the error that prevents it, now or earlier */
  commit(): void {
    clearTimeout(this.#timer)
    this.#throwFailure()
    if (!this.#isOpen) return
    const listeners = this.#end()
    try {
      this.#bracket.commit()
    } catch (error) {
      this.#bracket.undo()
      // The caller may be anyone: without this, the owners of the work would continue as if it were stored.
      for (const listener of listeners) listener.onLost(error)
      throw error
    }
    for (const listener of listeners) listener.onCommitted()
  }

  #giveUp(before: unknown, error: unknown): void {
    const isWhole =
      this.#listeners.length > 0 && this.#database.inTransaction && this.#changes.get() === before
    if (isWhole) {
      this.commit()
      return
    }
    const lost = this.#end()
    this.#bracket.undo()
    for (const listener of lost) listener.onLost(error)
  }

  #end(): readonly CommitListener[] {
    const listeners = this.#listeners
    this.#isOpen = false
    this.#listeners = []
    return listeners
  }

  #commitIdle(): void {
    try {
      this.commit()
    } catch (error) {
      this.#failure = { error }
    }
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return
    const { error } = this.#failure
    this.#failure = undefined
    throw error
  }
}
