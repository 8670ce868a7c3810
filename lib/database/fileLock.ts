import { closeSync, lstatSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { makeDirectory } from '../file/directory.ts'
import { connect, type SqliteDatabase } from './connection.ts'

/** A lock that is held until it is released, or its process ends for any reason. */
export interface FileLock {
  release(): void
}

/** How long to try, in milliseconds: `isHeld` in another process holds the lock for a moment. */
const TRY_MS = 100

/** What happens to the file of a lock. */
export interface LockOptions {
  /**
   * True: remove it with the lock. For locks with names that are used once, so that files do not pile up. Default
   * false.
   */
  readonly transient?: boolean
}

/**
 * Takes the lock at `path`; returns undefined if another process holds it. The lock is the exclusive lock of an
 * SQLite file: the operating system releases it when the process ends, even by `kill -9`, so no lock is ever stale.
 * For local file systems.
 * @throws ElysiaError ELYSIA_STATE if it cannot be created or written, or is a link or not a regular file
 */
export function lockFile(path: string, { transient = false }: LockOptions = {}): FileLock | undefined {
  for (;;) {
    const taken = takeLock(path)
    if (taken === undefined) return undefined
    if (taken.isAtPath) return { release: () => release(taken.database, transient ? path : undefined) }
    // The previous holder has removed the file: nobody else would find this lock.
    taken.database.close()
  }
}

interface OpenLockFile {
  readonly database: SqliteDatabase
  /** True if the locked file is still at its path. */
  readonly isAtPath: boolean
}

function takeLock(path: string): OpenLockFile | undefined {
  let database: SqliteDatabase | undefined
  try {
    makeDirectory(dirname(path))
    requireOwn(path)
    makeFile(path)
    const before = identityAt(path)
    database = connect(path, { timeout: TRY_MS })
    // Nothing but the lock itself is ever written: a journal on disk would cost three fsyncs.
    database.pragma('journal_mode = MEMORY')
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
    return { database, isAtPath: before !== undefined && identityAt(path) === before }
  } catch (error) {
    database?.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw unusable(path, error)
  }
}

/** A file that is there is not opened: closing it would release every lock that this process holds on it. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Distinguishes a file from one that replaces it; an inode number alone may be reused. */
function identityAt(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`
}

/** Removes the file while it is locked: anyone who opens that path later creates and locks another file. */
function release(database: SqliteDatabase, path: string | undefined): void {
  try {
    if (path !== undefined && database.open) rmSync(path, { force: true })
  } catch {
    // A leftover empty file is no reason for a finished job to fail.
  }
  database.close()
}

/**
 * True if a process holds the lock at `path`; undefined if there never was one, or that cannot be determined, because
 * the file is not readable or not a lock. Creates nothing.
 */
export function isHeld(path: string): boolean | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  let database: SqliteDatabase | undefined
  try {
    database = connect(path, { readonly: true, fileMustExist: true, timeout: 0 })
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    return (error as { code?: string }).code === 'SQLITE_BUSY' ? true : undefined
  } finally {
    database?.close()
  }
}

/** A link would let somebody else choose which file is created and locked. */
function requireOwn(path: string): void {
  const directory = dirname(path)
  if (!lstatSync(directory).isDirectory()) throw new Error(`${directory} is a link or not a directory`)
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new Error('it is a link or not a regular file')
}

function unusable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `cannot use the lock ${path}: ${messageOf(cause)}`, {
    cause,
    hint: `${dirname(path)} and the files in it have to belong to you: after a run by another user, as with sudo, give them back with chown, or set XDG_STATE_HOME to a directory of your own`,
  })
}
