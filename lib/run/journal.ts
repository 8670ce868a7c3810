import { endianness } from 'node:os'
import { ElysiaError } from '../core/errors.ts'
import type { RunStatus } from '../core/report.ts'
import type { SqliteDatabase, SqliteStatement } from '../database/connection.ts'
import { sqliteFailure } from '../database/errors.ts'
import { requireFiles } from '../database/files.ts'
import type { Checkpoint, CheckpointState, CheckpointStep, Fingerprints, InputMark } from './checkpoint.ts'
import { layOutJournal } from './journalTables.ts'
import {
  countsOf,
  digestOf,
  isContinued,
  ON_ARCHIVES,
  type RunCounts,
  type RunKey,
  type RunKind,
  type RunRecord,
} from './record.ts'

interface Row {
  run: string
  kind: RunKind
  key: string
  status: RunStatus | 'running'
  collection: string
  class: string
  target: string
  inputs: string
  shown: string | null
  started_at: string
  updated_at: string
  checkpoint: string | null
  counts: string | null
  error: string | null
  error_code: string | null
}

const CONTINUED = "('ingest', 'restore', 'rollback')"
const WITH_ARCHIVES = JSON.stringify(ON_ARCHIVES)

const isBigEndian = endianness() === 'BE'

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

/** Of each collection, and of each kind that works on archives; the position of a repository outlives them. */
const FINISHED_RUNS_KEPT = 1000

/**
 * The runs of this user, their checkpoints and their ends, in SQLite.
 * For the embedded store its tables stand in the store's own file and take part in its transactions: data and
 * checkpoint are durable together. For a server they stand in a file of their own, with synchronous FULL: a
 * checkpoint is on the disk before anything that relies on it is written.
 * Runs are in the order in which they began: a clock may go back. A commit writes what came since the one before.
 * @throws ElysiaError ELYSIA_STATE where it cannot be written
 */
export class Journal {
  readonly #database: SqliteDatabase
  readonly #inStore: boolean
  readonly #statements = new Map<string, SqliteStatement>()

  /** `inStore`: the database is that of the store, whose failures are its own. */
  constructor(database: SqliteDatabase, { inStore = false } = {}) {
    this.#database = database
    this.#inStore = inStore
    writingState(database.name, () => layOutJournal(database))
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
    return this.#prepare('SELECT 1 FROM runs WHERE run = ? AND key IN (?, ?)').get(run, ...keys) !== undefined
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
    this.#write(
      `INSERT OR REPLACE INTO runs (run, kind, key, status, collection, class, target, inputs, shown, started_at,
         updated_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?)`,
      ...[run, kind, digest, collection, className, target, JSON.stringify(inputs)],
      ...[labels === undefined ? null : JSON.stringify(labels), now, now],
    )
  }

  /** Notes what a run without checkpoints has done so far. */
  note(run: string, counts: RunCounts): void {
    const values = [JSON.stringify(counts), new Date().toISOString(), run]
    this.#write('UPDATE runs SET counts = ?, updated_at = ? WHERE run = ?', ...values)
  }

  /** Commits a checkpoint. Counts that the run noted at an earlier end are replaced. */
  commit(run: string, { commits, kept, fingerprints, ...state }: CheckpointStep): void {
    this.#atomic(() => {
      if (commits.size > 0) this.#noteCommits(run, commits)
      for (const { input, line, digest } of kept) {
        this.#prepare('INSERT OR REPLACE INTO run_marks VALUES (?, ?, ?, ?)').run(run, input, line, digest)
      }
      if (fingerprints !== undefined) this.#noteFingerprints(run, fingerprints)
      this.#prepare('UPDATE runs SET checkpoint = ?, counts = NULL, updated_at = ? WHERE run = ?').run(
        JSON.stringify(state),
        new Date().toISOString(),
        run,
      )
    })
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
    this.#atomic(() => {
      this.#prepare(
        `UPDATE runs SET status = ?, counts = coalesce(?, counts), error = ?, error_code = ?, updated_at = ?
         WHERE run = ?`,
      ).run(...values)
      if (status === 'done') this.#prepare('DELETE FROM run_fingerprints WHERE run = ?').run(run)
      this.#prune(run)
    })
  }

  /** The newest checkpoint of a run with all that it noted; undefined where it has none. */
  checkpoint(run: string): Checkpoint | undefined {
    const state = this.find(run)?.checkpoint
    if (state === undefined) return undefined
    const marks = this.#prepare(
      'SELECT input, line, digest FROM run_marks WHERE run = ? AND input <= ? ORDER BY input, line',
    ).all(run, state.input) as (InputMark & { input: number })[]
    const ends = new Map(marks.filter(({ input }) => input < state.input).map((mark) => [mark.input, mark]))
    const places = marks.filter(({ input, line }) => input === state.input && line <= state.mark.line)
    return {
      ...state,
      commits: this.commits(run),
      ends: [...ends.values()].map(plain),
      places: places.map(plain),
    }
  }

  /** The last commit by repository that a run brought, in order of name. */
  commits(run: string): Map<string, string> {
    return pairs(
      this.#prepare('SELECT repository, last_commit FROM run_commits WHERE run = ? ORDER BY repository').all(
        run,
      ),
    )
  }

  /** The fingerprints of the records of an input that a run has settled, in order, a piece at a time. */
  *fingerprints(run: string, input: number): Generator<number> {
    const piece = this.#prepare(
      'SELECT record, crcs FROM run_fingerprints WHERE run = ? AND input = ? AND record > ? ORDER BY record LIMIT 1',
    )
    for (let after = 0; ; ) {
      const row = piece.get(run, input, after) as { record: number; crcs: Buffer } | undefined
      if (row === undefined || row.record !== after + 1) return
      for (let at = 0; at < row.crcs.length; at += 4) yield row.crcs.readUInt32LE(at)
      after += row.crcs.length / 4
    }
  }

  /** Class → repository → the last commit that was settled in it, by whatever run. In order of name. */
  positions(target: string): Map<string, Map<string, string>> {
    const rows = this.#prepare(
      'SELECT class, repository, last_commit FROM positions WHERE target = ? ORDER BY class, repository',
    ).all(target) as { class: string; repository: string; last_commit: string }[]
    const positions = new Map<string, Map<string, string>>()
    for (const { class: name, repository, last_commit: commit } of rows) {
      const repositories = positions.get(name) ?? new Map<string, string>()
      positions.set(name, repositories.set(repository, commit))
    }
    return positions
  }

  /** Newest first; of one target where one is named. */
  runs(target?: string, { withArchives = false, limit = -1 }: RunChoice = {}): RunRecord[] {
    const kinds = withArchives ? WITH_ARCHIVES : '[]'
    const rows =
      target === undefined
        ? this.#prepare('SELECT * FROM runs ORDER BY rowid DESC LIMIT ?').all(limit)
        : this.#prepare(
            `SELECT * FROM runs WHERE target = ? OR kind IN (SELECT value FROM json_each(?))
             ORDER BY rowid DESC LIMIT ?`,
          ).all(target, kinds, limit)
    return (rows as Row[]).map(recordOf)
  }

  /**
   * Removes the unfinished runs and the repository positions of a collection that no longer exists: no run may be
   * continued into a new one.
   */
  forget(target: string, className: string): void {
    this.#atomic(() => {
      this.#prepare(
        `DELETE FROM runs WHERE target = ? AND class = ? AND status != 'done' AND kind IN ${CONTINUED}`,
      ).run(target, className)
      this.#prepare('DELETE FROM names WHERE target = ? AND class = ?').run(target, className)
      this.#prepare('DELETE FROM positions WHERE target = ? AND class = ?').run(target, className)
    })
  }

  /** Removes the repository positions of a collection that was just created. */
  forgetPositions(target: string, className: string): void {
    this.#write('DELETE FROM positions WHERE target = ? AND class = ?', target, className)
  }

  /** The name under which a class was first used; undefined where it was not. */
  knownName(target: string, className: string): string | undefined {
    const row = this.#prepare('SELECT name FROM names WHERE target = ? AND class = ?').get(target, className)
    return (row as { name: string } | undefined)?.name
  }

  /** The same; remembers this one where it is the first. */
  nameOf(target: string, className: string, name: string): string {
    this.#write('INSERT OR IGNORE INTO names VALUES (?, ?, ?)', target, className, name)
    return this.knownName(target, className) ?? name
  }

  /** All at once: a statement for each took three times as long. */
  #noteCommits(run: string, commits: ReadonlyMap<string, string>): void {
    const entries = JSON.stringify([...commits])
    this.#prepare(
      `INSERT OR REPLACE INTO run_commits
       SELECT ?, pair.value ->> 0, pair.value ->> 1 FROM json_each(?) AS pair`,
    ).run(run, entries)
    this.#prepare(
      `INSERT OR REPLACE INTO positions SELECT target, class, pair.value ->> 0, pair.value ->> 1
       FROM runs, json_each(?) AS pair WHERE run = ?`,
    ).run(entries, run)
  }

  #noteFingerprints(run: string, { input, record, values }: Fingerprints): void {
    const crcs = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    if (isBigEndian) crcs.swap32()
    this.#prepare('INSERT OR REPLACE INTO run_fingerprints VALUES (?, ?, ?, ?)').run(run, input, record, crcs)
  }

  #prune(run: string): void {
    const own = this.#prepare('SELECT kind FROM runs WHERE run = ?').get(run) as Pick<Row, 'kind'> | undefined
    if (own !== undefined && ON_ARCHIVES.includes(own.kind)) this.#pruneKind(own.kind)
    else this.#pruneCollection(run)
  }

  /** Of the runs into one collection that nothing will continue only the newest stay. */
  #pruneCollection(run: string): void {
    this.#prepare(
      `DELETE FROM runs WHERE (status = 'done' OR (kind NOT IN ${CONTINUED} AND status != 'running')) AND rowid <= (
         SELECT older.rowid FROM runs AS own JOIN runs AS older USING (target, class) WHERE own.run = ?
         ORDER BY older.rowid DESC LIMIT 1 OFFSET ${FINISHED_RUNS_KEPT}
       ) AND (target, class) = (SELECT target, class FROM runs WHERE run = ?)`,
    ).run(run, run)
  }

  /** Each archive is a target of its own: of runs on archives the newest of their kind stay, wherever they were. */
  #pruneKind(kind: RunKind): void {
    this.#prepare(
      `DELETE FROM runs WHERE kind = ?
       AND rowid <= (SELECT rowid FROM runs WHERE kind = ? ORDER BY rowid DESC LIMIT 1 OFFSET ${FINISHED_RUNS_KEPT})`,
    ).run(kind, kind)
  }

  #one(sql: string, value: string): RunRecord | undefined {
    const row = this.#prepare(sql).get(value) as Row | undefined
    return row && recordOf(row)
  }

  #prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }

  #write(sql: string, ...values: readonly (string | null)[]): void {
    this.#atomic(() => this.#prepare(sql).run(...values))
  }

  /** In a transaction of the embedded store a failure undoes that. */
  #atomic(work: () => void): void {
    const step = this.#database.transaction(() => {
      work()
      requireFiles(this.#database)
    })
    if (this.#database.inTransaction) work()
    else if (this.#inStore) writingStore(this.#database.name, step.immediate)
    else writingState(this.#database.name, step.immediate)
  }
}

function writingStore(file: string, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    throw sqliteFailure(thrown, file)
  }
}

/** Runs a function that opens or writes the state in `file`. @throws ElysiaError ELYSIA_STATE where that fails */
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

function recordOf(row: Row): RunRecord {
  const checkpoint = row.checkpoint === null ? undefined : (JSON.parse(row.checkpoint) as CheckpointState)
  const counts =
    row.counts === null ? checkpoint && countsOf(checkpoint) : (JSON.parse(row.counts) as RunCounts)
  return {
    run: row.run,
    kind: row.kind,
    key: row.key,
    status: row.status,
    collection: row.collection,
    class: row.class,
    target: row.target,
    inputs: JSON.parse(row.inputs) as string[],
    labels: JSON.parse(row.shown ?? row.inputs) as string[],
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    checkpoint,
    counts,
    error: row.error === null ? undefined : { code: row.error_code ?? 'ELYSIA_INTERNAL', message: row.error },
  }
}

function plain({ line, digest }: InputMark): InputMark {
  return { line, digest }
}

function pairs(rows: readonly unknown[]): Map<string, string> {
  const found = rows as readonly { repository: string; last_commit: string }[]
  return new Map(found.map((row) => [row.repository, row.last_commit]))
}
