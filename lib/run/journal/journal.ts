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

/** What the row of a run says about its end. */
export interface RunEnd {
  readonly counts?: RunCounts
  readonly error?: { readonly code: string; readonly message: string }
}

/** Selects runs. */
export interface RunChoice {
  /** Also includes those that work on archives, wherever these are. */
  readonly withArchives?: boolean
  /** The number of newest runs. */
  readonly limit?: number
}

/**
 * The runs of this user, their checkpoints and their ends, in SQLite. For the embedded store its tables are in the
 * store's own file and take part in its transactions: data and checkpoint become durable together. For a server they
 * are in a separate file, with synchronous FULL: a checkpoint is durable before anything that relies on it is written.
 * Runs are in the order in which they began: a clock may go back. A commit writes what is new since the one before.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export class Journal {
  readonly #statements: Statements
  readonly #checkpoints: CheckpointTables
  readonly #collections: CollectionTables

  /** `inStore`: the database belongs to the store, whose failures are its own. */
  constructor(database: SqliteDatabase, { inStore = false } = {}) {
    writingState(database.name, () => migrateJournal(database))
    this.#statements = new Statements(database, inStore)
    this.#checkpoints = new CheckpointTables(this.#statements)
    this.#collections = new CollectionTables(this.#statements)
  }

  /** The last run with this key, if it did not finish. */
  unfinished(key: RunKey): RunRecord | undefined {
    const row = this.#one('SELECT * FROM runs WHERE key = ? ORDER BY rowid DESC LIMIT 1', digestOf(key))
    return row === undefined || row.status === 'done' ? undefined : row
  }

  find(run: string): RunRecord | undefined {
    return this.#one('SELECT * FROM runs WHERE run = ?', run)
  }

  /** Whether a run has this key. */
  isOf(run: string, key: RunKey): boolean {
    const keys = [digestOf(key), digestOf(key, run)]
    const found = this.#statements.prepare('SELECT 1 FROM runs WHERE run = ? AND key IN (?, ?)')
    return found.get(run, ...keys) !== undefined
  }

  /** Creates or replaces the row of a run. For a job that is never continued no two runs share a key. */
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

  /** Continues an interrupted run: clears its earlier error. */
  resume(run: string): void {
    this.#statements.write(
      `UPDATE runs SET status = 'running', error = NULL, error_code = NULL, updated_at = ? WHERE run = ?`,
      new Date().toISOString(),
      run,
    )
  }

  /** Records what a run without checkpoints has done so far. */
  note(run: string, counts: RunCounts): void {
    const values = [JSON.stringify(counts), new Date().toISOString(), run]
    this.#statements.write('UPDATE runs SET counts = ?, updated_at = ? WHERE run = ?', ...values)
  }

  /** Commits a checkpoint. Replaces counts that the run recorded at an earlier end. */
  commit(run: string, step: CheckpointStep): void {
    this.#checkpoints.commit(run, step)
  }

  /** Records how a run ended. Keeps the earlier counts if none are given. */
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

  /** The newest checkpoint of a run with everything that it recorded; undefined if there is none. */
  checkpoint(run: string): Checkpoint | undefined {
    const state = this.find(run)?.checkpoint
    return state && this.#checkpoints.complete(run, state)
  }

  /** The last commit by repository that a run brought, sorted by name. */
  commits(run: string): Map<string, string> {
    return this.#checkpoints.commits(run)
  }

  /** The fingerprints of an input's records that a run has settled, in order, a piece at a time. */
  fingerprints(run: string, input: number): Generator<number> {
    return this.#checkpoints.fingerprints(run, input)
  }

  /** Class → repository → the last commit that was settled in it, by any run. Sorted by name. */
  positions(target: string): Map<string, Map<string, string>> {
    return this.#collections.positions(target)
  }

  /** Newest first; only those into a target, if one is given. */
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

  /** The name under which a class was first used; undefined if it was not. */
  knownName(target: string, className: string): string | undefined {
    return this.#collections.knownName(target, className)
  }

  /** The same; remembers this name if it is the first. */
  nameOf(target: string, className: string, name: string): string {
    return this.#collections.nameOf(target, className, name)
  }

  #one(sql: string, value: string): RunRecord | undefined {
    const row = this.#statements.prepare(sql).get(value) as JournalRow | undefined
    return row && recordOf(row)
  }
}
