import { realpathSync } from 'node:fs'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { FileLock } from '../../database/fileLock.ts'
import { resolvedPath } from '../../file/resolvedPath.ts'
import type { WriteContext } from '../../run/context.ts'
import { readRun } from '../../run/journal/readRun.ts'
import { writingState } from '../../run/journal/statements.ts'
import type { RunRecord } from '../../run/record.ts'
import { sizeOf } from '../../run/rejectsFile.ts'
import { lockRejects } from '../../run/rejectsLock.ts'
import { setAside } from '../../run/setAside.ts'
import { openDirectoryDatabase, type State } from '../../run/state.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS shared_rejects_files (
    path TEXT PRIMARY KEY, run TEXT NOT NULL, journal TEXT NOT NULL, start INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

/**
 * A file that takes the rejects of many runs, one after another: where each run's lines begin. Without this nobody
 * could cut off what a killed run wrote and had not settled. It is recorded in the state directory and not in the
 * journal, since runs into several embedded stores, each with a journal of its own, may share one file.
 * @throws ElysiaError ELYSIA_STATE if it cannot be recorded
 */
export class SharedRejects {
  readonly #database: SqliteDatabase
  readonly #state: State | undefined
  readonly #given: string
  /** The path with its links resolved: a file has one record, by whichever name it is given. */
  readonly #path: string
  readonly #lock: FileLock | undefined

  private constructor(database: SqliteDatabase, path: string, state: State | undefined) {
    this.#database = database
    this.#state = state
    this.#given = path
    this.#path = resolvedPath(path)
    this.#lock = state && lockRejects(state, path)
  }

  /**
   * Opens `rejectsPath`, if there is one; a fresh start keeps the existing file as `FILE.1`. `memory` has the record if
   * there is no state.
   * @throws ElysiaError ELYSIA_LOCKED if another run writes to it
   */
  static open(memory: SqliteDatabase, context: WriteContext): SharedRejects | undefined {
    const { rejectsPath, state, fresh } = context
    if (rejectsPath === undefined) return undefined
    const database = state === undefined ? memory : openDirectoryDatabase(state)
    let opened: SharedRejects | undefined
    try {
      opened = new SharedRejects(database, rejectsPath, state)
      opened.#write(TABLE)
      if (fresh && sizeOf(rejectsPath) > 0) setAside(realpathSync.native(rejectsPath))
      return opened
    } catch (error) {
      opened?.close()
      throw error
    }
  }

  close(): void {
    if (this.#state !== undefined && this.#database !== this.#state.database) this.#database.close()
    this.#lock?.release()
  }

  /** The length at which the lines of a run begin; the same again if it is continued. */
  startOf(run: string): number {
    const last = this.#last()
    if (last !== undefined && this.#isOf(last, [run])) return last.start
    const start = last === undefined ? sizeOf(this.#given) : this.#endOf(last)
    this.#begin(run, start)
    return start
  }

  /**
   * Where the lines of some runs that are undone together begin: `before`, as long as nobody else has written to
   * this file since; otherwise at its end.
   */
  placeOf(runs: readonly string[], before?: RejectsPlace): RejectsPlace {
    if (before !== undefined && this.#isLastOf(runs, before)) return before
    return { path: this.#path, start: this.startOf(runs[0]!) }
  }

  /** Forgets what some runs wrote: the lines of the next run begin there. What others have written since stays. */
  rewind(runs: readonly string[], place: RejectsPlace): void {
    if (this.#isLastOf(runs, place)) this.#begin('', place.start)
  }

  #isLastOf(runs: readonly string[], { path }: RejectsPlace): boolean {
    const last = this.#last()
    return path === this.#path && last !== undefined && this.#isOf(last, runs)
  }

  /** Runs of other journals may have the same id. */
  #isOf({ run, journal }: Start, runs: readonly string[]): boolean {
    return journal === this.#journal && runs.includes(run)
  }

  get #journal(): string {
    return this.#state?.database.name ?? ''
  }

  #begin(run: string, start: number): void {
    const sql = 'INSERT OR REPLACE INTO shared_rejects_files VALUES (?, ?, ?, ?)'
    this.#write(sql, this.#path, run, this.#journal, start)
  }

  /** For a killed run, what its last checkpoint covers; otherwise everything. */
  #endOf(last: Start): number {
    const size = sizeOf(this.#given)
    const { run, start } = last
    if (run === '') return Math.min(size, start)
    const record = this.#recordOf(last)
    if (record?.status !== 'running') return size
    const { checkpoint } = record
    if (checkpoint?.rejectsPath === undefined) return Math.min(size, start)
    // The checkpoint may be older than what another run has written before this start.
    return resolvedPath(checkpoint.rejectsPath) === this.#path
      ? Math.min(size, Math.max(start, checkpoint.rejectsBytes))
      : size
  }

  #recordOf({ run, journal }: Start): RunRecord | undefined {
    return journal === this.#journal ? this.#state?.journal.find(run) : readRun(journal, run)
  }

  #last(): Start | undefined {
    const sql = 'SELECT run, journal, start FROM shared_rejects_files WHERE path = ?'
    return this.#database.prepare(sql).get(this.#path) as Start | undefined
  }

  #write(sql: string, ...values: readonly (string | number)[]): void {
    writingState(this.#database.name, () => this.#database.prepare(sql).run(...values))
  }
}

/** A position in a shared file of rejects. */
export interface RejectsPlace {
  /** Absolute, with its links resolved. */
  readonly path: string
  /** In bytes. */
  readonly start: number
}

interface Start {
  readonly run: string
  /** The file of its journal. */
  readonly journal: string
  readonly start: number
}
