import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { connect, databaseFromBytes, type SqliteDatabase } from './connection.ts'

/** Copies of files in a directory of their own. */
export interface DatabaseCopy {
  /** The path of the copied database. */
  readonly path: string
  remove(): void
}

/**
 * Copies a database, its log, and files beside it, if they exist: SQLite cannot even read a database in a directory
 * that is full or not writable.
 * @throws the system's error
 */
export function copyDatabase(file: string, beside: readonly string[] = []): DatabaseCopy {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    for (const source of [file, `${file}-wal`, ...beside])
      if (existsSync(source)) copy(source, join(directory, basename(source)))
  } catch (error) {
    remove()
    throw error
  }
  return { path: join(directory, basename(file)), remove }
}

/**
 * Opens a temporary copy of a database, which disappears with the connection, and so does anything written to it. If
 * there is no room for a copy, opens it in memory, without data that is only in its log. Memory: then the size of the
 * file.
 * @throws the system's or SQLite's error
 */
export function openCopy(file: string): SqliteDatabase {
  const copy = copyOrNone(file)
  if (copy === undefined) return databaseFromBytes(readFileSync(file))
  try {
    const database = connect(copy.path)
    // From here on it needs only its own file, which exists as long as it is open.
    database.pragma('journal_mode = MEMORY')
    return database
  } finally {
    copy.remove()
  }
}

function copyOrNone(file: string): DatabaseCopy | undefined {
  try {
    return copyDatabase(file)
  } catch {
    return undefined
  }
}

/** Copies a file; the copy is writable, even if the original is not. */
function copy(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
}
