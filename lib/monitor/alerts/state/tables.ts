import { existsSync, renameSync } from 'node:fs'
import { openDatabase, type SqliteDatabase } from '../../../database/connection.ts'
import { sqliteCode } from '../../../database/errors.ts'

/** How long one step waits for another process that is writing, in milliseconds. */
const BUSY_MS = 2000

/**
 * `alert`: what is remembered of each; `as_of`: when the facts were read that it was last judged by. `delivery`: messages
 * that a sink has not taken yet, in the order of `number`. `sink`: `claim` names the process that is sending to it, until
 * `claimed_until`; how often in a row that failed, and when the next try is due.
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
 * Opens the alerts of this machine. One that is damaged is moved aside, to FILE.damaged-TIME, and a new one made: `warn`
 * says so. Of a file that cannot be used at all a database in memory takes the place: alerts are then sent, and not remembered.
 */
export function openAlerts(file: string, warn: (message: string) => void): SqliteDatabase {
  try {
    return withTables(file)
  } catch (error) {
    if (isBusy(error)) throw error
    return isDamage(error) ? afterDamage(file, warn) : inMemory(file, error, warn)
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
    return inMemory(file, error, warn)
  }
}

/** Alerts that are forgotten at the end, in place of a file that cannot be used. */
export function inMemory(file: string, error: unknown, warn: (message: string) => void): SqliteDatabase {
  const why = error instanceof Error ? error.message : String(error)
  warn(`alerts are sent, but not remembered, since ${file} cannot be used: ${why}`)
  return forgotten()
}

/** Alerts that nobody remembers. */
export function forgotten(): SqliteDatabase {
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

/** True where another process is writing: what is there is sound. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
}

function codeOf(error: unknown): string {
  return sqliteCode(error) ?? sqliteCode((error as { cause?: unknown } | undefined)?.cause) ?? ''
}
