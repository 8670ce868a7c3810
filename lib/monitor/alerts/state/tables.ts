import { existsSync, renameSync } from 'node:fs'
import { openDatabase, type SqliteDatabase } from '../../../database/connection.ts'
import { sqliteCode } from '../../../database/errors.ts'

/** How long one step waits for another writing process, in milliseconds. */
const BUSY_MS = 2000

/**
 * `alert`: the state of each alert; `as_of`: when the facts of its last judgment were read. `delivery`: messages that a
 * sink has not taken yet, ordered by `number`. `sink`: `claim` names the process that is sending to it, until
 * `claimed_until`; how often in a row sending failed, and when the next attempt is due.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS alert (
    key TEXT PRIMARY KEY, rule TEXT NOT NULL, as_of INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, key TEXT NOT NULL, message TEXT NOT NULL,
    made_at INTEGER NOT NULL, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS delivery_of_sink ON delivery (sink, number);
  CREATE TABLE IF NOT EXISTS sink (
    name TEXT PRIMARY KEY, rounds INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0, error TEXT,
    claim TEXT, claimed_until INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
`

/**
 * Opens the alerts of this machine. A damaged file is moved aside, to FILE.damaged-TIME, and a new one made: `warn`
 * hears so. If the file cannot be used at all, a database in memory replaces it: alerts are then sent, but not
 * remembered.
 */
export function openAlerts(file: string, warn: (message: string) => void): SqliteDatabase {
  try {
    return withTables(file)
  } catch (error) {
    if (isBusy(error)) throw error
    return isDamage(error) ? afterDamage(file, warn) : alertsInMemory(file, error, warn)
  }
}

function afterDamage(file: string, warn: (message: string) => void): SqliteDatabase {
  const aside = `${file}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
  try {
    renameSync(file, aside)
    for (const ending of ['-wal', '-shm']) {
      if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${aside}${ending}`)
    }
    const database = withTables(file)
    warn(`${file} is damaged and was moved to ${aside}: alerts that still hold are sent once more`)
    return database
  } catch (error) {
    return alertsInMemory(file, error, warn)
  }
}

/** A database in memory that replaces a file that cannot be used; forgotten at the end. */
export function alertsInMemory(
  file: string,
  error: unknown,
  warn: (message: string) => void,
): SqliteDatabase {
  const why = error instanceof Error ? error.message : String(error)
  warn(`alerts are sent, but not remembered, since ${file} cannot be used: ${why}`)
  return openInMemory()
}

/** An empty database in memory, which is gone when it is closed. */
export function openInMemory(): SqliteDatabase {
  return withTables(':memory:')
}

function withTables(file: string): SqliteDatabase {
  const database = openDatabase(file, { busyTimeoutMs: BUSY_MS })
  try {
    if (!isMade(database)) database.transaction(() => database.exec(TABLES)).immediate()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function isMade(database: SqliteDatabase): boolean {
  const found = database.prepare(
    `SELECT count(*) AS tables FROM sqlite_schema WHERE name IN ('alert', 'delivery', 'sink')`,
  )
  return (found.get() as { tables: number }).tables === 3
}

function isDamage(error: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error))
}

/** True if another process is writing: the file is sound. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
}

function codeOf(error: unknown): string {
  return sqliteCode(error) ?? sqliteCode((error as { cause?: unknown } | undefined)?.cause) ?? ''
}
