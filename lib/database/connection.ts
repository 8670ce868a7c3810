import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { scaledToMemory } from '../core/memory/limits.ts'
import { makeDirectory } from '../file/directory.ts'
import { sqliteFailure } from './errors.ts'
import { rememberFiles } from './files.ts'

/** A connection to a SQLite file from better-sqlite3: every call blocks until it is done. */
export type SqliteDatabase = Database.Database

/**
 * Opens a file without the setup and checks of `openDatabase`: for a file that holds only a lock.
 * @throws SQLite's error
 */
export function connect(path: string, options: Database.Options = {}): SqliteDatabase {
  return new Database(path, options)
}

/** A database in memory with the content of a file, without its log. @throws SQLite's error */
export function databaseFromBytes(bytes: Buffer): SqliteDatabase {
  // Its header says that there is a log, but memory has none.
  bytes.fill(1, JOURNAL_VERSIONS, JOURNAL_VERSIONS + 2)
  return new Database(bytes)
}

/** The offset of the journal versions in a file. @see https://www.sqlite.org/fileformat.html */
const JOURNAL_VERSIONS = 18

/** A prepared statement of such a connection. */
export type SqliteStatement = Database.Statement<unknown[], unknown>

/** How a SQLite file is made and opened. */
export interface DatabaseOptions {
  /** If the file does not exist: `make` it (the default), `refuse`, or use an empty database in `memory` instead. */
  readonly missing?: 'make' | 'refuse' | 'memory'
  /** How long to wait for another process that is writing, in milliseconds; 5000 by default. */
  readonly busyTimeoutMs?: number
  /**
   * NORMAL survives a killed process, FULL also a power failure; NORMAL by default.
   * @see https://www.sqlite.org/pragma.html#pragma_synchronous
   */
  readonly synchronous?: 'NORMAL' | 'FULL'
  /** True for a file that can later give back free pages a few at a time; only a new one. */
  readonly incrementalVacuum?: boolean
  /** Read-only; another connection has made the file and keeps it open. */
  readonly readonly?: boolean
  /** Makes the error for a failure while the file is made or opened; ELYSIA_STORE by default. */
  readonly failure?: (thrown: unknown, file: string) => unknown
  /** The failures of its statements and transactions are ElysiaErrors, too: for users that do not word them. */
  readonly worded?: boolean
}

/** The error for a file with a trigger, a view or a virtual table: somebody else's code. */
export class ForeignCode extends ElysiaError {}

// Pages of 8 KiB and a log of 16 MiB before a checkpoint: inserts of 750-byte objects under random ids ran 1.2 to
// 1.35 times as fast as with SQLite's defaults (200 k objects, batches of 500).
const PAGE_BYTES = 8192
const CHECKPOINT_PAGES = 2000
/** A larger cache does not speed up a scan, and would only hold memory. */
const CACHE_KIB = 8_000
const WRITERS_CACHE_KIB = 32_000

/**
 * Opens a SQLite file in write-ahead mode with foreign keys on; creates it (mode 0600) and its directory (mode 0700)
 * if necessary. `:memory:` lives as long as the connection. Holds up to 32 MB of pages in memory.
 * @throws ElysiaError ELYSIA_STORE if it cannot be opened or is not a database, ELYSIA_LOCKED if another process
 * keeps it busy, ELYSIA_NOT_FOUND if it does not exist and `missing` is `refuse`
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): SqliteDatabase {
  const file = fileToOpen(databaseFile(path), options.missing ?? 'make')
  if (file !== ':memory:' && !existsSync(file)) makeFile(file, options.failure ?? cannotMake)
  let database: SqliteDatabase | undefined
  try {
    const opening = { timeout: options.busyTimeoutMs ?? 5000, readonly: options.readonly === true }
    database = options.worded === true ? new WordedDatabase(file, file, opening) : new Database(file, opening)
    refuseCode(database, file)
    configure(database, options)
    rememberFiles(database)
    return database
  } catch (error) {
    database?.close()
    throw (options.failure ?? sqliteFailure)(error, file)
  }
}

/**
 * A database in a nameless file, which is removed when it is closed. Holds up to 8 MB in memory.
 * @throws ElysiaError ELYSIA_STORE, now and from its statements, if the file cannot be made or has no room
 */
export function temporaryDatabase(): SqliteDatabase {
  try {
    const database = new WordedDatabase('', TEMPORARY)
    for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', `cache_size = -${CACHE_KIB}`])
      database.pragma(pragma)
    return database
  } catch (error) {
    throw sqliteFailure(error, TEMPORARY)
  }
}

const TEMPORARY = 'a temporary file'

/** A connection whose failures are worded here, with the name of its file, and not by whoever uses it. */
class WordedDatabase extends Database {
  readonly #worded: <T>(work: () => T) => T
  readonly #wordedRows: <T>(begin: () => Iterable<T>) => Generator<T>

  constructor(path: string, file: string, options: Database.Options = {}) {
    super(path, options)
    this.#worded = (work) => worded(file, work)
    this.#wordedRows = (begin) => wordedRows(file, begin)
  }

  override exec(sql: string): this {
    return this.#worded(() => super.exec(sql))
  }

  override pragma(source: string, options?: Database.PragmaOptions): unknown {
    return this.#worded(() => super.pragma(source, options))
  }

  /** BEGIN, COMMIT and ROLLBACK are statements of the library's own. */
  override transaction<Work extends Parameters<Database.Database['transaction']>[0]>(work: Work) {
    const made = super.transaction(work)
    const wordedWork = (run: Work) =>
      ((...values: Parameters<Work>) => this.#worded(() => run(...values))) as Work
    const variants = VARIANTS.map((name) => [name, wordedWork(made[name] as Work)])
    return Object.assign(wordedWork(made as unknown as Work), Object.fromEntries(variants)) as typeof made
  }

  override prepare<Bind extends object = unknown[], Result = unknown>(sql: string) {
    const statement = super.prepare<Bind, Result>(sql)
    for (const name of ['run', 'get', 'all'] as const) {
      const call = statement[name].bind(statement) as (...values: unknown[]) => unknown
      Object.assign(statement, { [name]: (...values: unknown[]) => this.#worded(() => call(...values)) })
    }
    const iterate = statement.iterate.bind(statement) as (...values: unknown[]) => IterableIterator<Result>
    return Object.assign(statement, {
      iterate: (...values: unknown[]) => this.#wordedRows(() => iterate(...values)),
    })
  }
}

const VARIANTS = ['default', 'deferred', 'immediate', 'exclusive'] as const

/** Begins to read when the first row is taken. */
function* wordedRows<T>(file: string, begin: () => Iterable<T>): Generator<T> {
  try {
    yield* begin()
  } catch (error) {
    throw sqliteFailure(error, file)
  }
}

function worded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw sqliteFailure(error, file)
  }
}

/** The absolute form of a database's path. */
export function databaseFile(path: string): string {
  if (path === '') throw new ElysiaError('ELYSIA_USAGE', 'the path of the database is empty')
  return path === ':memory:' ? path : resolve(path)
}

/** Gives a connection for writing a larger cache, because objects under random ids touch the whole index. */
export function setWriterCache(database: SqliteDatabase): void {
  database.pragma(`cache_size = -${scaledToMemory(WRITERS_CACHE_KIB)}`)
}

function fileToOpen(file: string, missing: NonNullable<DatabaseOptions['missing']>): string {
  if (missing === 'make' || file === ':memory:' || existsSync(file)) return file
  if (missing === 'memory') return ':memory:'
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no store ${file}`, {
    hint: 'nothing was created; check the path, which is relative to the working directory',
  })
}

/** Creates an empty file (mode 0600), which SQLite accepts as an empty database; its log gets the same mode. */
function makeFile(file: string, failure: NonNullable<DatabaseOptions['failure']>): void {
  try {
    makeDirectory(dirname(file))
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw failure(error, file)
  }
}

function cannotMake(cause: unknown, file: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `cannot make ${file}: ${messageOf(cause)}`, {
    cause,
    hint: 'Choose a path below a directory that you may write to.',
  })
}

/**
 * Code in a database runs when it is written or read: ours contain none, and functions in a schema get no access to
 * anything dangerous.
 * @throws ElysiaError ELYSIA_STORE
 */
function refuseCode(database: SqliteDatabase, file: string): void {
  database.pragma('trusted_schema = OFF')
  const entry = database
    .prepare(
      `SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%'`,
    )
    .get() as { type: string; name: string } | undefined
  if (entry === undefined) return
  const kind = entry.type === 'table' ? 'virtual table' : entry.type
  throw new ForeignCode(
    'ELYSIA_STORE',
    `${file} holds a ${kind}, ${entry.name}, which elysiactl never makes`,
    {
      hint: 'Somebody else has changed it: take a copy that you trust; this one was not changed.',
    },
  )
}

function configure(
  database: SqliteDatabase,
  { synchronous = 'NORMAL', incrementalVacuum = false }: DatabaseOptions,
): void {
  database.pragma(`page_size = ${PAGE_BYTES}`)
  // Only before the first page, which the next line writes.
  if (incrementalVacuum) database.pragma('auto_vacuum = INCREMENTAL')
  if (database.pragma('journal_mode', { simple: true }) !== 'wal') database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${synchronous}`)
  database.pragma('foreign_keys = ON')
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
}
