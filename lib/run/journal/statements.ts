import { ElysiaError } from '../../core/errors.ts'
import type { SqliteDatabase, SqliteStatement } from '../../database/connection.ts'
import { sqliteFailure } from '../../database/errors.ts'
import { requireFiles } from '../../database/files.ts'

/** The statements of a journal, each prepared once, and its transactions. */
export class Statements {
  readonly #database: SqliteDatabase
  readonly #inStore: boolean
  readonly #prepared = new Map<string, SqliteStatement>()

  /** `inStore`: the database belongs to the store, whose failures are its own. */
  constructor(database: SqliteDatabase, inStore: boolean) {
    this.#database = database
    this.#inStore = inStore
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#prepared.get(sql) ?? this.#database.prepare(sql)
    this.#prepared.set(sql, known)
    return known
  }

  /** One statement in a transaction of its own. */
  write(sql: string, ...values: readonly (string | null)[]): void {
    this.atomic(() => this.prepare(sql).run(...values))
  }

  /** Inside a transaction of the embedded store a failure undoes that transaction. */
  atomic(work: () => void): void {
    const step = this.#database.transaction(() => {
      work()
      requireFiles(this.#database)
    })
    if (this.#database.inTransaction) work()
    else if (this.#inStore) writingStore(this.#database.name, step.immediate)
    else writingState(this.#database.name, step.immediate)
  }
}

function writingStore(file: string, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    throw sqliteFailure(thrown, file)
  }
}

/** Runs a function that opens or writes the state in `file`. @throws ElysiaError ELYSIA_STATE if that fails */
export function writingState<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const failure = sqliteFailure(thrown, file)
    if (!(failure instanceof ElysiaError) || failure.code !== 'ELYSIA_STORE') throw failure
    const { message, hint } = failure
    throw new ElysiaError('ELYSIA_STATE', message, { cause: thrown, ...(hint !== undefined && { hint }) })
  }
}
