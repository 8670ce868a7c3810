import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import {
  ForeignCode,
  openDatabase,
  type SqliteDatabase,
  type SqliteStatement,
} from '../../../database/connection.ts'
import { openCopy } from '../../../database/copy.ts'
import { requireFiles } from '../../../database/files.ts'
import { makeDirectory } from '../../../file/directory.ts'
import { type Inode, inodeOf } from '../../../file/inode.ts'
import type { Emit } from '../../../run/context.ts'
import { failureOf } from '../../../run/failure.ts'
import { InvalidEntry } from './invalidEntry.ts'
import { createOrMigrate } from './migration.ts'
import { HISTORY_FORMAT } from './tables.ts'

/** The longest that a write waits for another process, in milliseconds: recording must never get in the way. */
const BUSY_MS = 250

/** How a history file is opened. */
export interface HistoryFileOptions {
  /** If there is no file: `make` it (the default), or use an empty database in `memory`. */
  readonly missing?: 'make' | 'memory'
  /** Called when a damaged file was moved aside. */
  readonly onEvent?: Emit
}

/** A connection that prepares each statement once. */
export interface HistoryConnection {
  prepare(sql: string): SqliteStatement
  pragma(text: string): unknown
  /** Runs SQL that answers nothing, to its end. */
  exec(sql: string): void
  /** Runs the work as one transaction, which takes the writer's lock at once. */
  transaction<T>(work: () => T): T
  /** Runs reads as one transaction: all of them see the state of the first one. */
  reading<T>(work: () => T): T
}

/** The history file is damaged, or no longer there. */
class Damaged extends ElysiaError {}

/**
 * The SQLite file of the history, in write-ahead mode: a commit survives a killed process, and does not wait for the
 * disk. A damaged file is moved aside, which is an event, and replaced by a new one; a removed file is created again.
 */
export class HistoryFile {
  readonly path: string
  readonly #options: HistoryFileOptions
  #database: SqliteDatabase
  #opened = 0
  #inode: Inode | undefined
  #prepared: (HistoryConnection & { readonly database: SqliteDatabase }) | undefined

  /** @throws ElysiaError ELYSIA_STATE, ELYSIA_LOCKED, ELYSIA_CONFLICT if a newer elysiactl made it */
  constructor(path: string, options: HistoryFileOptions) {
    this.path = path
    this.#options = options
    try {
      this.#database = this.#open()
    } catch (error) {
      if (this.#isUnusable(error)) this.#database = this.#copy(error)
      else if (!(error instanceof Damaged)) throw error
      else {
        this.#moveAside(error)
        this.#database = this.#open()
      }
    }
  }

  /** Works with the connection; if the file turns out damaged, once more with a new file. */
  use<T>(work: (database: HistoryConnection) => T): T {
    if (this.#database.name === ':memory:' && existsSync(this.path)) this.#database = this.#open()
    try {
      return this.#guarded(() => {
        requireFiles(this.#database)
        return work(this.#connection())
      })
    } catch (error) {
      if (!(error instanceof Damaged)) throw error
      // A process of a newer version may have changed the tables meanwhile.
      if (formatOf(this.#database) > HISTORY_FORMAT) throw newer(this.path)
      this.#database.close()
      this.#moveAside(error)
      this.#database = this.#open()
    }
    return this.#guarded(() => work(this.#connection()))
  }

  /** How often it was opened: more than once if it was moved aside, removed or made since. */
  get opened(): number {
    return this.#opened
  }

  close(): void {
    this.#database.close()
  }

  #connection(): HistoryConnection {
    const database = this.#database
    if (this.#prepared?.database !== database) this.#prepared = prepared(database)
    return this.#prepared
  }

  #open(): SqliteDatabase {
    return this.#guarded(() => {
      const { missing = 'make' } = this.#options
      if (missing === 'make') makePlaceFor(this.path)
      const database = openDatabase(this.path, {
        ...{ busyTimeoutMs: BUSY_MS, missing, incrementalVacuum: true },
        failure: (error) => error,
      })
      this.#inode = inodeOf(this.path)
      try {
        prepare(database, this.path)
        this.#opened += 1
        return database
      } catch (error) {
        database.close()
        throw error
      }
    })
  }

  /** True for an error of a directory that is read-only or full: reading needs neither. */
  #isUnusable(error: unknown): boolean {
    const { missing } = this.#options
    const isState =
      error instanceof ElysiaError && error.code === 'ELYSIA_STATE' && !(error instanceof Damaged)
    return missing === 'memory' && isState && existsSync(this.path)
  }

  #copy(reason: unknown): SqliteDatabase {
    let database: SqliteDatabase | undefined
    try {
      database = openCopy(this.path)
      prepare(database, this.path)
      return database
    } catch {
      database?.close()
      throw reason
    }
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw failure(error, this.path)
    }
  }

  /** Moves only the file that was found damaged: another process may have started a new one meanwhile. */
  #moveAside(error: Damaged): void {
    const inode = inodeOf(this.path)
    if (inode === undefined || (this.#inode !== undefined && inode !== this.#inode)) return
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const aside = `${this.path}.damaged-${stamp}`
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(`${this.path}${suffix}`)) renameSync(`${this.path}${suffix}`, `${aside}${suffix}`)
    }
    this.#options.onEvent?.({ type: 'history_moved_aside', path: aside, error: failureOf(error) })
  }
}

function prepared(database: SqliteDatabase): HistoryConnection & { readonly database: SqliteDatabase } {
  const statements = new Map<string, SqliteStatement>()
  return {
    database,
    prepare(sql) {
      const known = statements.get(sql) ?? (database.prepare(sql) as SqliteStatement)
      statements.set(sql, known)
      return known
    },
    pragma: (text) => database.pragma(text, { simple: true }),
    exec: (sql) => void database.exec(sql),
    transaction: (work) => database.transaction(work).immediate(),
    reading: (work) => database.transaction(work).deferred(),
  }
}

/** @throws the obstacle; opening a file that is not regular would hang, or use someone else's */
function makePlaceFor(path: string): void {
  makeDirectory(dirname(path))
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new Error('it is not a regular file')
}

function formatOf(database: SqliteDatabase): number {
  try {
    return database.pragma('user_version', { simple: true }) as number
  } catch {
    return 0
  }
}

function prepare(database: SqliteDatabase, path: string): void {
  const format = database.pragma('user_version', { simple: true }) as number
  if (format > HISTORY_FORMAT) throw newer(path)
  if (format !== HISTORY_FORMAT) createOrMigrate(database)
}

function newer(path: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `a newer elysiactl made the history ${path}`, {
    hint: 'use that version, or move the file away: a new one is then begun',
  })
}

function failure(error: unknown, path: string): unknown {
  if (error instanceof InvalidEntry || error instanceof ForeignCode) return damaged(error, path)
  // The error that `requireFiles` throws if a file is gone.
  if (error instanceof ElysiaError) return error.code === 'ELYSIA_STORE' ? damaged(error, path) : error
  const code = String((error as { code?: unknown }).code ?? '')
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(error, path)
  // A missing table or column: another program made the file, or it lost pages. SQLite reads one value of the JSON.
  if (code === 'SQLITE_ERROR' && /no such (table|column)|malformed JSON/.test(messageOf(error)))
    return damaged(error, path)
  if (code.startsWith('SQLITE_BUSY')) {
    return new ElysiaError('ELYSIA_LOCKED', `another process is writing to the history ${path}`, {
      cause: error,
      retryable: true,
      hint: 'run the same command again',
    })
  }
  return new ElysiaError('ELYSIA_STATE', `the history ${path}: ${messageOf(error)}`, {
    cause: error,
    hint: 'check the owner, the mode and the free space of its directory',
  })
}

function damaged(cause: unknown, path: string): Damaged {
  return new Damaged('ELYSIA_STATE', `the history ${path} is damaged: ${messageOf(cause)}`, { cause })
}
