import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { connect, databaseOf, type SqliteDatabase } from './connection.ts'

/** Copies of files in a directory of their own. */
export interface Copied {
  /** The copy of the first one. */
  readonly path: string
  remove(): void
}

/**
 * Copies a database, with what of its log is not in it yet, and files beside it, as far as they are there: where its own directory
 * cannot be written to, or has no room, SQLite does not even read it there.
 * @throws the system's error
 */
export function copied(file: string, beside: readonly string[] = []): Copied {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    for (const one of [file, `${file}-wal`, ...beside])
      if (existsSync(one)) copy(one, join(directory, basename(one)))
  } catch (error) {
    remove()
    throw error
  }
  return { path: join(directory, basename(file)), remove }
}

/**
 * Opens a copy of a database, which is gone with the connection: what is written to it is lost. Where there is no room for one
 * either, it lies in memory, without what is in its log alone. Memory: then the size of the file.
 * @throws what the system or SQLite says
 */
export function openCopy(file: string): SqliteDatabase {
  const copy = copyOrNone(file)
  if (copy === undefined) return databaseOf(readFileSync(file))
  try {
    const database = connect(copy.path)
    // From here on it needs its own file alone, which stays as long as it is open.
    database.pragma('journal_mode = MEMORY')
    return database
  } finally {
    copy.remove()
  }
}

function copyOrNone(file: string): Copied | undefined {
  try {
    return copied(file)
  } catch {
    return undefined
  }
}

/** A copy of a file that may not be written to may be. */
function copy(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o600)
}
