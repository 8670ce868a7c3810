import { closeSync, lstatSync, openSync } from 'node:fs'
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

/**
 * Takes the lock at `path`, or answers undefined where another process holds it.
 * The lock is the exclusive lock of an SQLite file: the operating system takes it back when the process is
 * gone, `kill -9` included, so that no lock is ever stale. For local file systems.
 * @throws ElysiaError ELYSIA_STATE where it cannot be made or written to, or is a link or no regular file
 */
export function lockFile(path: string): FileLock | undefined {
  let database: SqliteDatabase | undefined
  try {
    makeDirectory(dirname(path))
    requireOwn(path)
    closeSync(openSync(path, 'a', 0o600))
    database = connect(path, { timeout: TRY_MS })
    // Nothing is ever written but the lock itself: a journal on the disk would cost three fsyncs.
    database.pragma('journal_mode = MEMORY')
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw unusable(path, error)
  }
  const held = database
  return { release: () => held.close() }
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
