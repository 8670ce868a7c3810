import { openDatabase, type SqliteDatabase } from './sqliteDatabase.ts'
import { ElysiaError } from '../errors.ts'

/** A lock that this process holds; the system takes it back when the process ends, however it ends. */
export interface FileLock {
  release(): void
}

/**
 * Locks a file, which is made and left in place; undefined where another process, or this one, holds the lock.
 * @throws ElysiaError ELYSIA_STORE where the file cannot be opened
 */
export function lockFile(path: string): FileLock | undefined {
  let database: SqliteDatabase | undefined
  try {
    database = openDatabase(path, { busyTimeoutMs: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (error instanceof ElysiaError && error.code !== 'ELYSIA_LOCKED') throw error
    return undefined
  }
  const held = database
  return { release: () => held.close() }
}
