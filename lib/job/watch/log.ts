import type { SqliteDatabase } from '../../store/sqliteDatabase.ts'
import type { WatchOptions } from './options.ts'

/** What tells one file from another, and from itself after a change. */
export interface FileIdentity {
  readonly path: string
  readonly size: number
  readonly mtimeMs: number
  readonly ino: number
}

/** `taking`: its run has begun; `taken` and `failed`: its run has ended, and it is not taken again. */
export type WatchStatus = 'taking' | 'taken' | 'failed'

/** What a watch remembers of one file. */
export interface WatchEntry extends FileIdentity {
  readonly run: string
  readonly status: WatchStatus
  /** What is still to be done with the file; `keep` where nothing is. */
  readonly pending: WatchOptions['after']
  readonly rejects: string | undefined
}

interface Row {
  path: string
  size: number
  mtime_ms: number
  ino: string
  run: string
  status: WatchStatus
  pending: WatchOptions['after']
  rejects: string | null
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS watched_files (
    watch TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ms REAL NOT NULL, ino TEXT NOT NULL,
    run TEXT NOT NULL, status TEXT NOT NULL, pending TEXT NOT NULL, rejects TEXT, PRIMARY KEY (watch, path)
  ) STRICT, WITHOUT ROWID;
`

/**
 * The files that one watch (a directory and a collection of a target, `name`) has taken, so that each is taken
 * once, also by later processes. One row a file; the rows of files that are gone go when a watch begins.
 */
export class WatchLog {
  readonly #database: SqliteDatabase
  readonly #watch: string

  constructor(database: SqliteDatabase, name: string) {
    this.#database = database
    this.#watch = name
    database.exec(TABLE)
  }

  /** What is known of exactly this file: another one of its name, or the same after a change, is unknown. */
  find(file: FileIdentity): WatchEntry | undefined {
    const row = this.#database
      .prepare('SELECT * FROM watched_files WHERE watch = ? AND path = ?')
      .get(this.#watch, file.path) as Row | undefined
    const entry = row && entryOf(row)
    return entry !== undefined && sameFile(entry, file) ? entry : undefined
  }

  record(entry: WatchEntry): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO watched_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        this.#watch,
        entry.path,
        entry.size,
        entry.mtimeMs,
        String(entry.ino),
        entry.run,
        entry.status,
        entry.pending,
        entry.rejects ?? null,
      )
  }

  forget(path: string): void {
    this.#database.prepare('DELETE FROM watched_files WHERE watch = ? AND path = ?').run(this.#watch, path)
  }

  /** The paths of all files that are remembered. */
  paths(): string[] {
    const rows = this.#database.prepare('SELECT path FROM watched_files WHERE watch = ?').all(this.#watch)
    return (rows as Pick<Row, 'path'>[]).map(({ path }) => path)
  }
}

/** True where both are one file in one state. */
export function sameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.ino === other.ino
}

function entryOf(row: Row): WatchEntry {
  return {
    path: row.path,
    size: row.size,
    mtimeMs: row.mtime_ms,
    ino: Number(row.ino),
    run: row.run,
    status: row.status,
    pending: row.pending,
    rejects: row.rejects ?? undefined,
  }
}
