import type { SqliteDatabase } from '../../database/connection.ts'
import { writingState } from '../../run/journal/statements.ts'
import { forgetGroups, GroupLog } from './group/log.ts'
import { type FileIdentity, isFile, type PathState, sameInode } from './identity.ts'
import type { FilePosition } from './openedFile.ts'
import type { WatchOptions } from './options.ts'

/**
 * `taking`: its run has begun; `taken` and `failed`: its run has ended, and it is not taken again unless it changes.
 */
export type WatchStatus = 'taking' | 'taken' | 'failed'

/** What a watch remembers about one file. If `changed` is empty, its times do not prove that it is unchanged. */
export interface WatchEntry extends FileIdentity {
  /** Its path when its run began, also after a rename: the run knows it by that. */
  readonly input: string
  readonly run: string
  readonly status: WatchStatus
  /** What is still to be done with the file; `keep` if nothing is. */
  readonly pending: WatchOptions['after']
  readonly rejects: string | undefined
  /** For a taken file, how far it was read; otherwise where its run begins, undefined for its first byte. */
  readonly position: FilePosition | undefined
  /** Where its run reached the end of the file, before the journal recorded it as done. */
  readonly reached: FilePosition | undefined
  /** A process has begun to take it; if another one finds this set, the first one died. */
  readonly attempting: boolean
  /** How many processes died one after another, each after this many lines. */
  readonly deaths: number
  readonly deathLine: number
  /** Its path was seen to be gone: it may have been renamed, and another file may have its inode. */
  readonly gone: boolean
}

interface Row {
  device: string
  inode: string
  path: string
  born: string
  changed: string
  modified: string
  size: number
  input: string
  run: string
  status: WatchStatus
  pending: WatchOptions['after']
  rejects: string | null
  position: string | null
  reached: string | null
  attempting: number
  deaths: number
  death_line: number
  gone_ms: number | null
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS watch_files (
    watch TEXT NOT NULL, device TEXT NOT NULL, inode TEXT NOT NULL, path TEXT NOT NULL, born TEXT NOT NULL,
    changed TEXT NOT NULL, modified TEXT NOT NULL, size INTEGER NOT NULL, input TEXT NOT NULL, run TEXT NOT NULL,
    status TEXT NOT NULL, pending TEXT NOT NULL, rejects TEXT, position TEXT, reached TEXT, attempting INTEGER NOT NULL, deaths INTEGER NOT NULL,
    death_line INTEGER NOT NULL, gone_ms INTEGER, PRIMARY KEY (watch, inode, device)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS watch_files_by_path ON watch_files (watch, path);
`

const SETTINGS = `
  path = ?, born = ?, changed = ?, modified = ?, size = ?, input = ?, run = ?, status = ?, pending = ?, rejects = ?,
  position = ?, reached = ?, attempting = ?, deaths = ?, death_line = ?`

/** How long a file whose path is gone is remembered, in case it was renamed. */
const GONE_KEPT_MS = 24 * 3600 * 1000

/**
 * The files that one watch (a directory and a collection of a target, `name`) has taken, so that each is taken once,
 * even by later processes and under another name. One row for each inode; a file that is gone is forgotten a day later.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export class WatchLog {
  readonly #database: SqliteDatabase
  readonly #watch: string
  readonly groups: GroupLog

  constructor(database: SqliteDatabase, name: string) {
    this.#database = database
    this.#watch = name
    writingState(database.name, () => database.exec(TABLE))
    this.groups = new GroupLog(database, name)
  }

  /**
   * The entry of a file, by its inode. The device number may change when the system restarts: then path, size and time
   * must be the same.
   */
  find(file: FileIdentity): WatchEntry | undefined {
    const rows = this.#database
      .prepare('SELECT * FROM watch_files WHERE watch = ? AND inode = ?')
      .all(this.#watch, file.inode) as Row[]
    const entries = rows.map(entryOf)
    const moved = ({ path, size, modified, gone }: WatchEntry) =>
      !gone && path === file.path && size === file.size && modified === file.modified
    return entries.find(({ device }) => device === file.device) ?? entries.find(moved)
  }

  /** Records a file that is at its path. */
  begin(entry: WatchEntry): void {
    const sql = `INSERT OR REPLACE INTO watch_files VALUES (${'?, '.repeat(18)}NULL)`
    this.#write(sql, this.#watch, entry.device, entry.inode, ...columnsOf(entry))
  }

  /** Updates an entry, whether or not the file is still at its path. */
  update(entry: WatchEntry): void {
    const sql = `UPDATE watch_files SET ${SETTINGS} WHERE watch = ? AND inode = ? AND device = ?`
    this.#write(sql, ...columnsOf(entry), this.#watch, entry.inode, entry.device)
  }

  forget({ inode, device }: FileIdentity): void {
    const sql = 'DELETE FROM watch_files WHERE watch = ? AND inode = ? AND device = ?'
    this.#write(sql, this.#watch, inode, device)
  }

  forgetAll(): void {
    this.together(() => {
      this.#write('DELETE FROM watch_files WHERE watch = ?', this.#watch)
      this.groups.close()
    })
  }

  /** Several changes, all or none of which are durable. */
  together(changes: () => void): void {
    writingState(this.#database.name, () => this.#database.transaction(changes).immediate())
  }

  /** The entry of a run; undefined if it was forgotten. */
  ofRun(run: string): WatchEntry | undefined {
    const row = this.#database
      .prepare('SELECT * FROM watch_files WHERE watch = ? AND run = ?')
      .get(this.#watch, run)
    return row === undefined ? undefined : entryOf(row as Row)
  }

  /**
   * A path was seen to be gone, or to lead to `now`: other files that it led to are no longer there under that name.
   */
  seeGone(path: string, now: PathState): void {
    for (const entry of this.#at(path)) {
      const isThere = isFile(now) && sameInode(entry, now) && entry.born === now.born
      if (!isThere) this.#markGone(entry)
    }
    const sql = 'DELETE FROM watch_files WHERE watch = ? AND gone_ms < ?'
    this.#write(sql, this.#watch, Date.now() - GONE_KEPT_MS)
  }

  /** The paths of all files that are remembered as present. */
  paths(): string[] {
    const rows = this.#database
      .prepare('SELECT path FROM watch_files WHERE watch = ? AND gone_ms IS NULL')
      .all(this.#watch)
    return (rows as Pick<Row, 'path'>[]).map(({ path }) => path)
  }

  #at(path: string): WatchEntry[] {
    const rows = this.#database
      .prepare('SELECT * FROM watch_files WHERE watch = ? AND path = ? AND gone_ms IS NULL')
      .all(this.#watch, path)
    return (rows as Row[]).map(entryOf)
  }

  #markGone({ inode, device }: FileIdentity): void {
    const sql = 'UPDATE watch_files SET gone_ms = ? WHERE watch = ? AND inode = ? AND device = ?'
    this.#write(sql, Date.now(), this.#watch, inode, device)
  }

  #write(sql: string, ...values: readonly (string | number | null)[]): void {
    writingState(this.#database.name, () => this.#database.prepare(sql).run(...values))
  }
}

/**
 * Forgets the files that watches have taken into a collection that is gone: a file that was kept goes into a new one as
 * well.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export function forgetTaken(database: SqliteDatabase, target: string, className: string): void {
  writingState(database.name, () => {
    database.exec(TABLE)
    database
      .prepare(`DELETE FROM watch_files WHERE watch ->> '$[0]' = ? AND watch ->> '$[1]' = ?`)
      .run(target, className)
    forgetGroups(database, target, className)
  })
}

/** The values of an entry, in the order of the table's columns from `path` on. */
function columnsOf(entry: WatchEntry): (string | number | null)[] {
  const { path, born, changed, modified, size, input, run, status, pending } = entry
  const { rejects = null, position, reached, attempting, deaths, deathLine } = entry
  const numbers = [Number(attempting), deaths, deathLine]
  const positions = [textOf(position), textOf(reached)]
  return [path, born, changed, modified, size, input, run, status, pending, rejects, ...positions, ...numbers]
}

function textOf(position: FilePosition | undefined): string | null {
  return position === undefined ? null : JSON.stringify(position)
}

function positionOf(text: string | null): FilePosition | undefined {
  return text === null ? undefined : (JSON.parse(text) as FilePosition)
}

function entryOf(row: Row): WatchEntry {
  return {
    path: row.path,
    device: row.device,
    inode: row.inode,
    born: row.born,
    changed: row.changed,
    modified: row.modified,
    size: row.size,
    input: row.input,
    run: row.run,
    status: row.status,
    pending: row.pending,
    rejects: row.rejects ?? undefined,
    position: positionOf(row.position),
    reached: positionOf(row.reached),
    attempting: row.attempting !== 0,
    deaths: row.deaths,
    deathLine: row.death_line,
    gone: row.gone_ms !== null,
  }
}
