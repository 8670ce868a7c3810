import { realpathSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { FileLock } from '../../database/fileLock.ts'
import type { WriteContext } from '../../run/context.ts'
import type { Journal } from '../../run/journal/journal.ts'
import { setAside } from '../../run/keptFile.ts'
import { sizeOf } from '../../run/rejectsFile.ts'
import { lock, type State } from '../../run/state.ts'
import { nameWith, numbered } from './fileName.ts'
import { exists } from './identity.ts'
import { REJECTS_SUFFIX } from './placeRejects.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS shared_rejects (path TEXT PRIMARY KEY, run TEXT NOT NULL, start INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
`

/**
 * A file that takes the rejects of many runs, one after another: where each run's lines begin. Without this nobody
 * could cut off what a killed run wrote and had not settled.
 */
export class SharedRejects {
  readonly #database: SqliteDatabase
  readonly #journal: Journal | undefined
  readonly #path: string

  readonly #lock: FileLock | undefined

  private constructor(database: SqliteDatabase, path: string, state: State | undefined) {
    this.#database = database
    this.#journal = state?.journal
    this.#path = path
    this.#lock = state && lock(state.directory, ...lockOfRejects(path))
    database.exec(TABLE)
  }

  /**
   * Opens `rejectsPath`, if there is one; a fresh start keeps the existing file as `FILE.1`.
   * @throws ElysiaError ELYSIA_LOCKED if another watch writes to it
   */
  static open(database: SqliteDatabase, context: WriteContext): SharedRejects | undefined {
    const { rejectsPath, state, fresh } = context
    if (rejectsPath === undefined) return undefined
    const opened = new SharedRejects(database, rejectsPath, state)
    if (fresh && sizeOf(rejectsPath) > 0) setAside(realpathSync.native(rejectsPath))
    return opened
  }

  close(): void {
    this.#lock?.release()
  }

  /** The length at which the lines of a run begin; the same again if it is continued. */
  startOf(run: string): number {
    const last = this.#last()
    if (last?.run === run) return last.start
    const start = last === undefined ? sizeOf(this.#path) : this.#endOf(last)
    this.#begin(run, start)
    return start
  }

  /**
   * Where the lines of some runs that are taken back together begin: `before`, as long as nobody else has written to
   * this file since; otherwise at its end.
   */
  placeOf(runs: readonly string[], before?: RejectsPlace): RejectsPlace {
    if (before !== undefined && this.#isLastOf(runs, before)) return before
    return { path: resolve(this.#path), start: this.startOf(runs[0]!) }
  }

  #isLastOf(runs: readonly string[], { path }: RejectsPlace): boolean {
    return path === resolve(this.#path) && runs.includes(this.#last()?.run ?? '')
  }

  #begin(run: string, start: number): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO shared_rejects VALUES (?, ?, ?)')
      .run(resolve(this.#path), run, start)
  }

  /** Forgets what some runs wrote: the lines of the next run begin there. What others have written since stays. */
  rewind(runs: readonly string[], place: RejectsPlace): void {
    if (this.#isLastOf(runs, place)) this.#begin('', place.start)
  }

  /** For a killed run, what its last checkpoint covers; otherwise everything. */
  #endOf({ run, start }: Start): number {
    const size = sizeOf(this.#path)
    if (run === '') return Math.min(size, start)
    const record = this.#journal?.find(run)
    if (record?.status !== 'running') return size
    const { checkpoint } = record
    if (checkpoint === undefined) return Math.min(size, start)
    // The checkpoint may be older than what another run has written before this start.
    return checkpoint.rejectsPath === this.#path
      ? Math.min(size, Math.max(start, checkpoint.rejectsBytes))
      : size
  }

  #last(): Start | undefined {
    const row = this.#database
      .prepare('SELECT run, start FROM shared_rejects WHERE path = ?')
      .get(resolve(this.#path))
    return row as Start | undefined
  }
}

/** The lock on a shared rejects file, and what users read if another process holds it. */
export function lockOfRejects(path: string): [name: string, what: string] {
  return [`rejects ${resolve(path)}`, `a watch with the rejects in ${path}`]
}

/** A position in a shared file of rejects. */
export interface RejectsPlace {
  /** Absolute. */
  readonly path: string
  /** In bytes. */
  readonly start: number
}

interface Start {
  readonly run: string
  readonly start: number
}

type Places = Pick<WriteContext, 'rejectsPath' | 'rejectsDirectory'>

/**
 * Collects the rejects of each file, in a directory of this user with a name that nobody can guess; with `move` they
 * are brought to the file once that has its place.
 */
export class OwnRejects {
  readonly #places: Places
  readonly #collect: boolean
  readonly #state: State | undefined
  #temporary: Promise<string> | undefined

  constructor({ rejectsPath, rejectsDirectory, state }: WriteContext, moves: boolean) {
    this.#places = {
      ...(rejectsPath !== undefined && { rejectsPath }),
      ...(rejectsDirectory !== undefined && { rejectsDirectory }),
    }
    this.#collect = moves && rejectsDirectory === undefined && rejectsPath === undefined
    this.#state = state
  }

  /** True if they end up beside the file. */
  get follow(): boolean {
    return this.#collect
  }

  /** A free path; undefined if files have no rejects of their own. */
  async pathFor(file: string, run: string): Promise<string | undefined> {
    if (this.#collect) return join(await this.#directory(), `${run}.jsonl`)
    const { rejectsPath, rejectsDirectory } = this.#places
    if (rejectsPath !== undefined || rejectsDirectory === undefined) return undefined
    return freePath(resolve(rejectsDirectory), nameWith(basename(file), REJECTS_SUFFIX))
  }

  async close(): Promise<void> {
    if (this.#temporary !== undefined) await rm(await this.#temporary, { recursive: true, force: true })
  }

  async #directory(): Promise<string> {
    if (this.#state !== undefined) return join(this.#state.directory, 'rejects')
    this.#temporary ??= mkdtemp(join(tmpdir(), 'elysiactl-rejects-'))
    return this.#temporary
  }
}

/** A free path in the directory: `name`, or `name-1`, `name-2` … */
async function freePath(directory: string, name: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const path = join(directory, numbered(name, attempt))
    if (!(await exists(path))) return path
  }
}

/** Refuses rejects that the watch would take for change records. @throws ElysiaError ELYSIA_USAGE */
export async function refuseRejectsAmongFiles(
  directory: string,
  matches: (name: string) => boolean,
  { rejectsPath, rejectsDirectory }: Places,
): Promise<void> {
  const inFile = rejectsPath !== undefined && matches(basename(rejectsPath))
  const place = rejectsPath === undefined ? rejectsDirectory : inFile ? dirname(rejectsPath) : undefined
  if (place === undefined) return
  const real = await realpath(place).catch(() => resolve(place))
  if (real !== directory) return
  throw new ElysiaError('ELYSIA_USAGE', `the rejects cannot go into ${directory}, which is watched`, {
    hint: 'name another directory',
  })
}
