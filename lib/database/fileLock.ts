import { closeSync, lstatSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { makeDirectory } from '../file/directory.ts'
import { connect, type SqliteDatabase } from './connection.ts'

/** A lock that is held until it is released or its process ends, in whatever way. */
export interface FileLock {
  release(): void
}

/** How long to try, in milliseconds: `isHeld` of another process keeps the lock for a moment. */
const TRY_MS = 100

/** What becomes of the file of a lock. */
export interface LockOptions {
  /** True: it is removed with the lock. For locks whose names are used once, so that no files pile up. Default false. */
  readonly transient?: boolean
}

/**
 * Takes the lock at `path`, or answers undefined where another process holds it.
 * The lock is the exclusive lock of an SQLite file: the operating system takes it back when the process is
 * gone, `kill -9` included, so that no lock is ever stale. For local file systems.
 * @throws ElysiaError ELYSIA_STATE where it cannot be made or written to, or is a link or no regular file
 */
export function lockFile(path: string, { transient = false }: LockOptions = {}): FileLock | undefined {
  for (;;) {
    const taken = takeLock(path)
    if (taken === undefined) return undefined
    if (taken.isAtPath) return { release: () => release(taken.database, transient ? path : undefined) }
    // Who held it removed it meanwhile: this locks a file that nobody else will find.
    taken.database.close()
  }
}

interface Taken {
  readonly database: SqliteDatabase
  /** True where the file that is locked still lies at its path. */
  readonly isAtPath: boolean
}

function takeLock(path: string): Taken | undefined {
  let database: SqliteDatabase | undefined
  try {
    makeDirectory(dirname(path))
    requireOwn(path)
    closeSync(openSync(path, 'a', 0o600))
    const before = identityAt(path)
    database = connect(path, { timeout: TRY_MS })
    // Nothing is ever written but the lock itself: a journal on the disk would cost three fsyncs.
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

/** What tells the file at a path from one that takes its place: the number of its inode may be used again. */
function identityAt(path: string): string | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeNs}`
}

/** The file goes while it is locked: whoever opens one at its path from then on makes and locks another. */
function release(database: SqliteDatabase, path: string | undefined): void {
  try {
    if (path !== undefined && database.open) rmSync(path, { force: true })
  } catch {
    // An empty file that stays is no reason for a finished job to fail.
  }
  database.close()
}

/**
 * Whether a process holds the lock at `path`; undefined where there never was one, or where nobody can
 * know: it may not be read, or is no lock. Nothing is made.
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

/** A link would lock, and make, a file of somebody's choice elsewhere. */
function requireOwn(path: string): void {
  const directory = dirname(path)
  if (!lstatSync(directory).isDirectory()) throw new Error(`${directory} is a link or no directory`)
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new Error('it is a link or no regular file')
}

function unusable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `cannot use the lock ${path}: ${messageOf(cause)}`, {
    cause,
    hint: `${dirname(path)} and the files in it have to belong to you: after a run by another user, as with sudo, give them back with chown, or set XDG_STATE_HOME to a directory of your own`,
  })
}
