import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import { openDatabase, type SqliteDatabase } from '../database/connection.ts'
import { type FileLock, isHeld, type LockOptions, lockFile } from '../database/fileLock.ts'
import type { Store } from '../store/store.ts'
import { Journal, type RunChoice } from './journal/journal.ts'
import { writingState } from './journal/statements.ts'
import { digestOf, type RunKey, type RunKind, type RunRecord } from './record.ts'

/** The state that outlives a process: the journal of its runs, and the directory of locks, spools and rejects files. */
export interface State {
  readonly journal: Journal
  /** The connection of the journal, for tables beside it. */
  readonly database: SqliteDatabase
  readonly directory: string
  close(): void
}

/**
 * Opens the state that belongs to a store. An embedded store keeps the journal in its own file, so that a checkpoint
 * commits with its data; for the others it is `runs.db` in `directory`. If that is missing, it is created, or an empty
 * one in memory replaces it. Needs nothing from a server, not even that it is running: `undefined` stands for any.
 * @throws ElysiaError ELYSIA_STATE if it cannot be opened
 */
export function openState(
  store: Store | undefined,
  directory: string,
  missing: 'make' | 'memory' = 'make',
): State {
  const own = (store as { database?: SqliteDatabase } | undefined)?.database
  if (own !== undefined) {
    const journal = new Journal(own, { inStore: true })
    return { journal, database: own, directory, close: () => {} }
  }
  const database = openRuns(directory, missing)
  return { journal: new Journal(database), database, directory, close: () => database.close() }
}

/**
 * The database of a state directory, which all stores share: the connection of the state if its journal is there,
 * otherwise a new one, which the caller closes.
 * @throws ElysiaError ELYSIA_STATE if it cannot be opened
 */
export function openDirectoryDatabase({ database, directory }: State): SqliteDatabase {
  return database.name === runsFile(directory) ? database : openRuns(directory, 'make')
}

function openRuns(directory: string, missing: 'make' | 'memory'): SqliteDatabase {
  const file = runsFile(directory)
  return writingState(file, () => openDatabase(file, { synchronous: 'FULL', missing }))
}

function runsFile(directory: string): string {
  return resolve(directory, 'runs.db')
}

/**
 * Keeps a second process from the same run until it is released or this process ends, however it ends.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function lockRun({ directory }: State, key: RunKey): FileLock {
  return stateLock(directory, runLock(digestOf(key)), whatOf(key), hintOf(key))
}

/** The lock of a single run: it only shows that the process of the run is alive. */
export interface HistoryLock extends FileLock {
  /**
   * Releases it and removes its file, which nobody needs once the row says how the run ended. Never throws because of
   * the file.
   */
  remove(): void
}

/** Takes it. @throws ElysiaError ELYSIA_STATE */
export function lockHistory({ directory }: State, key: RunKey, run: string): HistoryLock | undefined {
  const path = lockPath(directory, runLock(digestOf(key, run)))
  const lock = lockFile(path)
  if (lock === undefined) return undefined
  const remove = () => {
    lock.release()
    try {
      rmSync(path, { force: true })
    } catch {
      // A leftover empty file must not fail a finished job.
    }
  }
  return { release: lock.release, remove }
}

/**
 * Locks the run that another one replaces: no lock if both have one key, which is locked already, and none for a dry
 * run, which only reads.
 * @throws ElysiaError ELYSIA_LOCKED if another process is working on it
 */
export function lockRecord(
  { directory }: State,
  record: RunRecord,
  { own, dryRun }: { readonly own: RunKey; readonly dryRun: boolean },
): FileLock | undefined {
  if (record.key === digestOf(own)) return undefined
  const [name, label] = [runLock(record.key), whatOf({ ...record, inputs: record.labels })]
  if (!dryRun) return stateLock(directory, name, label)
  requireFree(directory, name, label)
  return undefined
}

function whatOf({ inputs, class: name }: Pick<RunKey, 'inputs' | 'class'>): string {
  return `a run of ${inputs.join(', ')} into ${name}`
}

function hintOf({ inputs }: RunKey): string {
  if (!inputs.includes('stdin')) return WAIT
  return 'wait for it to end, or stop it; where these are two streams, give each a name of its own with --input-name'
}

const WAIT = 'wait for it to end, or stop it; its lock goes with it'

/** Requires, for a run that takes no lock, that no other process holds it. @throws ElysiaError ELYSIA_LOCKED */
export function requireUnlocked({ directory }: State, key: RunKey): void {
  requireFree(directory, runLock(digestOf(key)), whatOf(key), hintOf(key))
}

/**
 * A run id names one run forever: using it again can only continue that run, or start it over if it did not finish.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export function refuseTakenRun(
  runId: string | undefined,
  key: RunKey,
  journal: Journal | undefined,
  kind?: RunKind,
): void {
  const other = runId === undefined ? undefined : journal?.find(runId)
  if (other === undefined) return
  const isSame = journal!.isOf(other.run, key) && (kind ?? other.kind) === other.kind
  if (isSame && other.status !== 'done') return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the run ${runId} is one of ${other.labels.join(', ')} into ${other.class}`,
    { hint: 'its counts, last commits and rejects would be replaced; choose another --run-id' },
  )
}

/** A named lock in the state directory; `what` is the text that users read if another process holds it. */
export function stateLock(directory: string, name: string, what: string, hint = WAIT): FileLock {
  return lockNamed(directory, name, what, { hint })
}

/** A named lock whose file is removed with it: for names that seldom come again. */
export function transientLock(directory: string, name: string, what: string): FileLock {
  return lockNamed(directory, name, what, { hint: WAIT, transient: true })
}

function lockNamed(
  directory: string,
  name: string,
  what: string,
  { hint, ...options }: LockOptions & { readonly hint: string },
): FileLock {
  const held = lockFile(lockPath(directory, name), options)
  if (held !== undefined) return held
  throw locked(what, hint)
}

/**
 * Checks that no other process holds the lock that `lock` would take. Creates nothing.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function requireFree(directory: string, name: string, what: string, hint = WAIT): void {
  if (isHeld(lockPath(directory, name)) === true) throw locked(what, hint)
}

function locked(what: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_LOCKED', `another process is busy with ${what}`, { hint })
}

/**
 * The runs into a target, newest first, each with its current status: the journal's status counts unless a lock says
 * more. Only the newest run of a key can be running; if its lock is not in this state directory (for example, another
 * user began it), its status is unknown.
 */
export function runsNow({ journal, directory }: State, target: string, choice: RunChoice = {}): RunRecord[] {
  const seen = new Set<string>()
  return journal.runs(target, choice).map((run) => {
    const held = !seen.has(run.key) && isHeld(lockPath(directory, runLock(run.key)))
    seen.add(run.key)
    return { ...run, status: statusNow(run.status, held) }
  })
}

function statusNow(noted: RunRecord['status'], held: boolean | undefined): RunRecord['status'] {
  if (noted === 'done' || held === undefined) return noted
  if (held) return 'running'
  return noted === 'running' ? 'interrupted' : noted
}

function runLock(key: string): string {
  return `run ${key}`
}

function lockPath(directory: string, name: string): string {
  const file = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return join(directory, 'locks', `${file}.lock`)
}
