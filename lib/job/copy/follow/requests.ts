import type { SqliteDatabase } from '../../../database/connection.ts'

const TABLE = 'CREATE TABLE IF NOT EXISTS copy_finishes (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID'

/** Requests to a process that follows a source: make room for the one that finishes the copy. */
export class FinishRequests {
  readonly #database: SqliteDatabase
  readonly #key: string

  constructor(database: SqliteDatabase, key: string) {
    this.#database = database
    this.#key = key
  }

  ask(): void {
    this.#database.exec(TABLE)
    this.#database.prepare('INSERT OR IGNORE INTO copy_finishes VALUES (?)').run(this.#key)
  }

  get isFinishRequested(): boolean {
    const there = this.#database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'copy_finishes'").get()
    if (there === undefined) return false
    return this.#database.prepare('SELECT 1 FROM copy_finishes WHERE key = ?').get(this.#key) !== undefined
  }

  clear(): void {
    if (this.isFinishRequested)
      this.#database.prepare('DELETE FROM copy_finishes WHERE key = ?').run(this.#key)
  }
}
