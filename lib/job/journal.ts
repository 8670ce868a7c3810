import { createHash, randomBytes } from 'node:crypto'
import { ElysiaError } from '../errors.ts'
import type { RunStatus } from '../report.ts'
import type { SqliteDatabase } from '../store/sqliteDatabase.ts'
import { sqliteFailure } from '../store/sqliteErrors.ts'
import type { Tally } from './tally.ts'

/** What makes two commands the same run: the inputs by name, in order, and where they go. */
export interface RunKey {
  readonly target: string
  readonly class: string
  readonly tenant?: string
  readonly inputs: readonly string[]
}

/** How far one input was settled: a line, and the digest of all lines up to it (stream/linesDigest.ts). */
export interface InputMark {
  readonly line: number
  readonly digest: string
}

/** What stood in the tally when an input was begun. */
export interface Before {
  readonly lines: number
  readonly bytes: number
}

/** A contiguous low watermark: every line before it is settled. Committed with or after what it speaks of. */
export interface Checkpoint {
  /** One mark for each input begun; all but the last are read to the end. */
  readonly marks: readonly InputMark[]
  /** Lines and bytes of the inputs before the last one begun. */
  readonly before: Before
  readonly tally: Tally
  readonly rejectsPath?: string
  readonly rejectsBytes: number
}

/** A run as the journal knows it. */
export interface RunRecord {
  readonly run: string
  /** The digest of its RunKey: runs of one key continue each other. */
  readonly key: string
  /** As it was noted last: a killed process leaves `running`, and one that continues a run notes its end only. */
  readonly status: RunStatus | 'running'
  readonly collection: string
  readonly class: string
  readonly target: string
  readonly inputs: readonly string[]
  readonly startedAt: string
  readonly updatedAt: string
  readonly checkpoint: Checkpoint | undefined
  readonly error: string | undefined
}

interface Row {
  run: string
  key: string
  status: RunStatus | 'running'
  collection: string
  class: string
  target: string
  inputs: string
  started_at: string
  updated_at: string
  checkpoint: string | null
  error: string | null
}

const FINISHED_RUNS_KEPT = 1000

const TABLES = `
  CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, collection TEXT NOT NULL,
    class TEXT NOT NULL, target TEXT NOT NULL, inputs TEXT NOT NULL, started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, checkpoint TEXT, error TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS runs_by_key ON runs (key, started_at);
  CREATE TABLE IF NOT EXISTS names (
    target TEXT NOT NULL, class TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (target, class)
  ) STRICT;
`

/**
 * The runs of this user, their checkpoints and their ends, in SQLite.
 * For the embedded store its tables stand in the store's own file and take part in its transactions: data and
 * checkpoint are durable together. For a server they stand in a file of their own, with synchronous FULL: a
 * checkpoint is on the disk before anything that relies on it is written.
 * @throws ElysiaError ELYSIA_STATE where it cannot be written
 */
export class Journal {
  readonly #database: SqliteDatabase

  constructor(database: SqliteDatabase) {
    this.#database = database
    writingState(database.name, () => database.exec(TABLES))
  }

  /** The newest run of this key, if it did not come to its end. */
  unfinished(key: RunKey): RunRecord | undefined {
    const row = this.#one(
      'SELECT * FROM runs WHERE key = ? ORDER BY started_at DESC, rowid DESC LIMIT 1',
      digestOf(key),
    )
    return row === undefined || row.status === 'done' ? undefined : row
  }

  find(run: string): RunRecord | undefined {
    return this.#one('SELECT * FROM runs WHERE run = ?', run)
  }

  /** Whether a run is one of this key. */
  isOf(run: string, key: RunKey): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM runs WHERE run = ? AND key = ?').get(run, digestOf(key)) !==
      undefined
    )
  }

  begin(run: string, key: RunKey, collection: string): void {
    const now = new Date().toISOString()
    const { class: className, target, inputs } = key
    const values = [
      run,
      digestOf(key),
      'running',
      collection,
      className,
      target,
      JSON.stringify(inputs),
      now,
      now,
    ]
    this.#write('INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)', ...values)
  }

  commit(run: string, checkpoint: Checkpoint): void {
    const values = [JSON.stringify(checkpoint), new Date().toISOString(), run]
    this.#write('UPDATE runs SET checkpoint = ?, updated_at = ? WHERE run = ?', ...values)
  }

  finish(run: string, status: RunStatus, error?: string): void {
    const values = [status, error ?? null, new Date().toISOString(), run]
    this.#write('UPDATE runs SET status = ?, error = ?, updated_at = ? WHERE run = ?', ...values)
    const oldest = `(SELECT max(rowid) FROM runs) - ${FINISHED_RUNS_KEPT}`
    this.#write(`DELETE FROM runs WHERE status = 'done' AND rowid <= ${oldest}`)
  }

  /** Newest first; of one target where one is named. */
  runs(target?: string): RunRecord[] {
    const rows =
      target === undefined
        ? this.#database.prepare('SELECT * FROM runs ORDER BY started_at DESC, rowid DESC').all()
        : this.#database
            .prepare('SELECT * FROM runs WHERE target = ? ORDER BY started_at DESC, rowid DESC')
            .all(target)
    return (rows as Row[]).map(recordOf)
  }

  /** A collection that is gone takes its unfinished runs with it: nothing may be continued into a new one. */
  forget(target: string, className: string): void {
    this.#write(`DELETE FROM runs WHERE target = ? AND class = ? AND status != 'done'`, target, className)
    this.#write('DELETE FROM names WHERE target = ? AND class = ?', target, className)
  }

  /** The name under which a class was first spoken of; remembers this one where it is the first. */
  nameOf(target: string, className: string, name: string): string {
    this.#write('INSERT OR IGNORE INTO names VALUES (?, ?, ?)', target, className, name)
    const row = this.#database
      .prepare('SELECT name FROM names WHERE target = ? AND class = ?')
      .get(target, className)
    return (row as { name: string }).name
  }

  #one(sql: string, value: string): RunRecord | undefined {
    const row = this.#database.prepare(sql).get(value) as Row | undefined
    return row && recordOf(row)
  }

  /** In a transaction of the embedded store a failure is the store's own, which undoes it and says so. */
  #write(sql: string, ...values: readonly (string | null)[]): void {
    const write = () => this.#database.prepare(sql).run(...values)
    if (this.#database.inTransaction) write()
    else writingState(this.#database.name, write)
  }
}

/** Does what opens or writes the state in `file`. @throws ElysiaError ELYSIA_STATE where that fails */
export function writingState<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const failure = sqliteFailure(thrown, file)
    if (!(failure instanceof ElysiaError) || failure.code !== 'ELYSIA_STORE') throw failure
    const { message, hint } = failure
    throw new ElysiaError('ELYSIA_STATE', message, { cause: thrown, ...(hint !== undefined && { hint }) })
  }
}

/** A name for a run that sorts by time: `20261123T093851Z-3f9a1c`. */
export function newRunId(): string {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}

/** What a key's runs are found by. */
export function digestOf(key: RunKey): string {
  const parts = [key.target, key.class, key.tenant ?? null, key.inputs]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function recordOf(row: Row): RunRecord {
  return {
    run: row.run,
    key: row.key,
    status: row.status,
    collection: row.collection,
    class: row.class,
    target: row.target,
    inputs: JSON.parse(row.inputs) as string[],
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    checkpoint: row.checkpoint === null ? undefined : (JSON.parse(row.checkpoint) as Checkpoint),
    error: row.error ?? undefined,
  }
}
