import type { RunStatus } from '../../core/report.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { Checkpoint, CheckpointStep } from '../checkpoint.ts'
import {
  digestOf,
  isContinued,
  ON_ARCHIVES,
  type RunCounts,
  type RunKey,
  type RunKind,
  type RunRecord,
} from '../record.ts'
import { CheckpointTables } from './checkpoints.ts'
import { CollectionTables } from './collections.ts'
import { CONTINUED, prune } from './prune.ts'
import { type JournalRow, recordOf } from './row.ts'
import { Statements, writingState } from './statements.ts'
import { migrateJournal } from './tables.ts'

const WITH_ARCHIVES = JSON.stringify(ON_ARCHIVES)

/** What the row of a run says of its end. */
export interface RunEnd {
  readonly counts?: RunCounts
  readonly error?: { readonly code: string; readonly message: string }
}

/** Which runs are looked for. */
export interface RunChoice {
  /** Those that work on archives as well, wherever these lie. */
  readonly withArchives?: boolean
  /** The newest alone. */
  readonly limit?: number
}

/**
 * The runs of this user, their checkpoints and their ends, in SQLite.
 * For the embedded store its tables stand in the store's own file and take part in its transactions: data and
 * checkpoint are durable together. For a server they stand in a file of their own, with synchronous FULL: a
 * checkpoint is on the disk before anything that relies on it is written.
 * Runs are in the order in which they began: a clock may go back. A commit writes what came since the one before.
 * @throws ElysiaError ELYSIA_STATE where it cannot be written
 */
export class Journal {
  readonly #statements: Statements
  readonly #checkpoints: CheckpointTables
  readonly #collections: CollectionTables

  /** `inStore`: the database is that of the store, whose failures are its own. */
  constructor(database: SqliteDatabase, { inStore = false } = {}) {
    writingState(database.name, () => migrateJournal(database))
    this.#statements = new Statements(database, inStore)
    this.#checkpoints = new CheckpointTables(this.#statements)
    this.#collections = new CollectionTables(this.#statements)
  }

  /** The run of this key that began last, if it did not come to its end. */
  unfinished(key: RunKey): RunRecord | undefined {
    const row = this.#one('SELECT * FROM runs WHERE key = ? ORDER BY rowid DESC LIMIT 1', digestOf(key))
    return row === undefined || row.status === 'done' ? undefined : row
  }

  find(run: string): RunRecord | undefined {
    return this.#one('SELECT * FROM runs WHERE run = ?', run)
  }

  /** Whether a run is one of this key. */
  isOf(run: string, key: RunKey): boolean {
    const keys = [digestOf(key), digestOf(key, run)]
    const found = this.#statements.prepare('SELECT 1 FROM runs WHERE run = ? AND key IN (?, ?)')
    return found.get(run, ...keys) !== undefined
  }

  /** Gives a run its row, anew where it has one. Of a job that is never continued no two runs have one key. */
  begin(
    run: string,
    key: RunKey,
    collection: string,
    kind: RunKind = 'ingest',
    labels?: readonly string[],
  ): void {
    const now = new Date().toISOString()
    const digest = isContinued(kind) ? digestOf(key) : digestOf(key, run)
    const { class: className, target, inputs } = key
    this.#statements.write(
      `INSERT OR REPLACE INTO runs (run, kind, key, status, collection, class, target, inputs, shown, started_at,
         updated_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
      ...[run, kind, digest, collection, className, target, JSON.stringify(inputs)],
      ...[labels === undefined ? null : JSON.stringify(labels), now, now],
    )
  }

  /** An interrupted run goes on: what ended it before is no longer true of it. */
  resume(run: string): void {
    this.#statements.write(
      `UPDATE runs SET status = 'running', error = NULL, error_code = NULL, updated_at = ? WHERE run = ?`,
      new Date().toISOString(),
      run,
    )
  }

  /** Notes what a run without checkpoints has done so far. */
  note(run: string, counts: RunCounts): void {
    const values = [JSON.stringify(counts), new Date().toISOString(), run]
    this.#statements.write('UPDATE runs SET counts = ?, updated_at = ? WHERE run = ?', ...values)
  }

  /** Commits a checkpoint. Counts that the run noted at an earlier end are replaced. */
  commit(run: string, step: CheckpointStep): void {
    this.#checkpoints.commit(run, step)
  }

  /** Notes how a run ended. The counts noted before stay where none are given. */
  finish(run: string, status: RunStatus, { counts, error }: RunEnd = {}): void {
    const values = [
      status,
      counts === undefined ? null : JSON.stringify(counts),
      error?.message ?? null,
      error?.code ?? null,
      new Date().toISOString(),
      run,
    ]
    this.#statements.atomic(() => {
      this.#statements
        .prepare(
          `UPDATE runs SET status = ?, counts = coalesce(?, counts), error = ?, error_code = ?, updated_at = ?
           WHERE run = ?`,
        )
        .run(...values)
      if (status === 'done') {
        this.#statements.prepare('DELETE FROM run_fingerprints WHERE run = ?').run(run)
      }
      prune(this.#statements, run)
    })
  }

  /** The newest checkpoint of a run with all that it noted; undefined where it has none. */
  checkpoint(run: string): Checkpoint | undefined {
    const state = this.find(run)?.checkpoint
    return state && this.#checkpoints.complete(run, state)
  }

  /** The last commit by repository that a run brought, in order of name. */
  commits(run: string): Map<string, string> {
    return this.#checkpoints.commits(run)
  }

  /** The fingerprints of the records of an input that a run has settled, in order, a piece at a time. */
  fingerprints(run: string, input: number): Generator<number> {
    return this.#checkpoints.fingerprints(run, input)
  }

  /** Class → repository → the last commit that was settled in it, by whatever run. In order of name. */
  positions(target: string): Map<string, Map<string, string>> {
    return this.#collections.positions(target)
  }

  /** Newest first; of one target where one is named. */
  runs(target?: string, { withArchives = false, limit = -1 }: RunChoice = {}): RunRecord[] {
    const kinds = withArchives ? WITH_ARCHIVES : '[]'
    const rows =
      target === undefined
        ? this.#statements.prepare('SELECT * FROM runs ORDER BY rowid DESC LIMIT ?').all(limit)
        : this.#statements
            .prepare(
              `SELECT * FROM runs WHERE target = ? OR kind IN (SELECT value FROM json_each(?))
               ORDER BY rowid DESC LIMIT ?`,
            )
            .all(target, kinds, limit)
    return (rows as JournalRow[]).map(recordOf)
  }

  /**
   * Removes the unfinished runs and the repository positions of a collection that no longer exists: no run may be
   * continued into a new one.
   */
  forget(target: string, className: string): void {
    this.#statements.atomic(() => {
      this.#statements
        .prepare(
          `DELETE FROM runs WHERE target = ? AND class = ? AND status != 'done' AND kind IN ${CONTINUED}`,
        )
        .run(target, className)
      this.#collections.forgetName(target, className)
      this.#collections.forgetPositions(target, className)
    })
  }

  /** Removes the repository positions of a collection that was just created. */
  forgetPositions(target: string, className: string): void {
    this.#collections.forgetPositions(target, className)
  }

  /** The name under which a class was first used; undefined where it was not. */
  knownName(target: string, className: string): string | undefined {
    return this.#collections.knownName(target, className)
  }

  /** The same; remembers this one where it is the first. */
  nameOf(target: string, className: string, name: string): string {
    return this.#collections.nameOf(target, className, name)
  }

  #one(sql: string, value: string): RunRecord | undefined {
    const row = this.#statements.prepare(sql).get(value) as JournalRow | undefined
    return row && recordOf(row)
  }
}
