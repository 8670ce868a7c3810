import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ElysiaError } from '../errors.ts'
import { openDatabase, type SqliteDatabase } from '../store/sqliteDatabase.ts'
import { type FileLock, lockFile } from '../store/sqliteLock.ts'
import type { Store } from '../store/store.ts'
import { Journal, type RunKey } from './journal.ts'

/** What outlives a process: the journal of its runs, and the directory that locks, spools and rejects lie in. */
export interface State {
  readonly journal: Journal
  /** The connection that the journal is in, for tables beside it. */
  readonly database: SqliteDatabase
  readonly directory: string
  close(): void
}

/**
 * Opens the state that belongs to a store. An embedded store keeps the journal in its own file, so that a
 * checkpoint commits with its data; for the others it is `runs.db` in `directory`. Where that is not there it is
 * made, or an empty one in memory taken in its place.
 */
export function openState(store: Store, directory: string, missing: 'make' | 'memory' = 'make'): State {
  const own = (store as { database?: SqliteDatabase }).database
  if (own !== undefined) return { journal: new Journal(own), database: own, directory, close: () => {} }
  const database = openDatabase(join(directory, 'runs.db'), { synchronous: 'FULL', missing })
  return { journal: new Journal(database), database, directory, close: () => database.close() }
}

/**
 * Keeps a second process from the same run until it is released or this process ends, however it ends.
 * @throws ElysiaError ELYSIA_LOCKED
 */
export function lockRun({ directory }: State, key: RunKey): FileLock {
  const what = `a run of ${key.inputs.join(', ')} into ${key.class}`
  return lock(directory, `run ${JSON.stringify([key.target, key.class, key.tenant, key.inputs])}`, what)
}

/** A named lock below the state directory; `what` is what a person reads when another process holds it. */
export function lock(directory: string, name: string, what: string): FileLock {
  const file = createHash('sha256').update(name).digest('hex').slice(0, 32)
  const held = lockFile(join(directory, 'locks', `${file}.lock`))
  if (held !== undefined) return held
  throw new ElysiaError('ELYSIA_LOCKED', `another process is busy with ${what}`, {
    hint: 'wait for it to end, or stop it; its lock goes with it',
  })
}
