import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import {
  ForeignCode,
  openDatabase,
  type SqliteDatabase,
  type SqliteStatement,
} from '../../database/connection.ts'
import { makeDirectory } from '../../file/directory.ts'
import { locationFunctions } from '../location.ts'
import { InvalidRow } from './check.ts'
import { INDEX_FORMAT, INDEX_MIGRATION, INDEX_TABLES } from './tables.ts'

/** The values that a statement binds. */
export type Values = readonly (string | number | null)[]

/** The catalog file is damaged, and has to be rebuilt. */
export class IndexDamaged extends ElysiaError {
  constructor(file: string, cause: unknown) {
    super('ELYSIA_STATE', `the catalog ${file} is damaged: ${messageOf(cause)}`, {
      cause,
      hint: '`elysiactl col catalog rebuild` rebuilds it from the manifests',
    })
  }
}

/**
 * The SQLite file of the index, in write-ahead mode, with each commit synced: a row with status `deleting` must be
 * durable before a file is removed. `:memory:` lives as long as the connection.
 */
export class IndexDatabase {
  readonly file: string
  readonly #database: SqliteDatabase
  readonly #statements = new Map<string, SqliteStatement>()

  /** @throws IndexDamaged, ElysiaError ELYSIA_STATE, ELYSIA_CONFLICT if a newer elysiactl made it */
  constructor(file: string) {
    this.file = file
    this.#database = this.#guarded(() => {
      if (file !== ':memory:') makePlaceFor(file)
      return openDatabase(file, { synchronous: 'FULL', failure })
    })
    try {
      this.#guarded(() => this.#prepareFile())
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  all<T>(sql: string, values: Values = []): T[] {
    return this.#guarded(() => this.#statement(sql).all(...values) as T[])
  }

  /** Rows as arrays, which are faster to create than objects. */
  raw<T extends readonly unknown[]>(sql: string, values: Values = []): T[] {
    return this.#guarded(
      () =>
        this.#database
          .prepare(sql)
          .raw()
          .all(...values) as unknown as T[],
    )
  }

  get<T>(sql: string, values: Values = []): T | undefined {
    return this.#guarded(() => this.#statement(sql).get(...values) as T | undefined)
  }

  /** Returns the number of changed rows. */
  run(sql: string, values: Values = []): number {
    return this.#guarded(() => this.#statement(sql).run(...values).changes)
  }

  /** Reads rows; a row that this program never writes means that the file is damaged. */
  reading<T>(work: () => T): T {
    return this.#guarded(work)
  }

  /** Runs `work` as one transaction. */
  transaction<T>(work: () => T): T {
    return this.#guarded(() => this.#database.transaction(work).immediate())
  }

  close(): void {
    this.#database.close()
  }

  #prepareFile(): void {
    const format = this.#database.pragma('user_version', { simple: true }) as number
    if (format > INDEX_FORMAT) throw newer(this.file)
    if (format < INDEX_FORMAT) this.#database.transaction(() => this.#bringUpToDate()).immediate()
    for (const [name, work] of Object.entries(locationFunctions()))
      this.#database.function(name, { deterministic: true }, work as (...values: unknown[]) => unknown)
  }

  #bringUpToDate(): void {
    const format = this.#database.pragma('user_version', { simple: true })
    if (format === INDEX_FORMAT) return
    this.#database.exec(format === 0 ? INDEX_TABLES : INDEX_MIGRATION)
    this.#database.pragma(`user_version = ${INDEX_FORMAT}`)
  }

  #statement(sql: string): SqliteStatement {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw failure(error, this.file)
    }
  }
}

/** @throws ElysiaError ELYSIA_STATE if something other than a file is in its place: a pipe would hang */
function makePlaceFor(file: string): void {
  try {
    makeDirectory(dirname(file))
  } catch (error) {
    throw unusable(file, error)
  }
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw unusable(file, new Error('it is not a regular file'))
}

/** Moves a damaged file and its log aside; returns the new path. */
export function moveAside(file: string): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const aside = `${file}.damaged-${stamp}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${suffix}`)) renameSync(`${file}${suffix}`, `${aside}${suffix}`)
  }
  return aside
}

function failure(error: unknown, file: string): unknown {
  if (error instanceof InvalidRow || error instanceof ForeignCode) return new IndexDamaged(file, error)
  const { code } = error as { code?: unknown }
  if (error instanceof ElysiaError || typeof code !== 'string') return error
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return new IndexDamaged(file, error)
  // A missing table or column: something else made the file, or it lost pages.
  if (code === 'SQLITE_ERROR' && /no such (table|column)/.test(messageOf(error)))
    return new IndexDamaged(file, error)
  if (code.startsWith('SQLITE_BUSY')) {
    return new ElysiaError('ELYSIA_LOCKED', `another process is writing to the catalog ${file}`, {
      cause: error,
      retryable: true,
      hint: 'run the same command again',
    })
  }
  return unusable(file, error)
}

function unusable(file: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `the catalog ${file}: ${messageOf(cause)}`, {
    cause,
    hint: 'check the owner, the mode and the free space of its directory',
  })
}

function newer(file: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `a newer elysiactl made the catalog ${file}`, {
    hint: 'use that version, or move the file away: it is then rebuilt from the manifests',
  })
}
