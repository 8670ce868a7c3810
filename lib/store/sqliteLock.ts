import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'

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
 */
export function lockFile(path: string): FileLock | undefined {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new Database(path, { timeout: TRY_MS })
  try {
    // Nothing is ever written but the lock itself: a journal on the disk would cost three fsyncs.
    database.pragma('journal_mode = MEMORY')
    database.pragma('locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return { release: () => database.close() }
}

/** Whether a process holds the lock at `path`; undefined where there never was one. Nothing is made. */
export function isHeld(path: string): boolean | undefined {
  if (!existsSync(path)) return undefined
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 })
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    database.close()
  }
}
