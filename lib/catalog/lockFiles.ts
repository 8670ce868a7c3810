import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError, messageOf } from '../errors.ts'
import type { Holder } from './holder.ts'

export type LockKind = 'shared' | 'exclusive'

/** What a lock file says. */
export interface LockRecord extends Holder {
  readonly id: string
  readonly kind: LockKind
  /** What it is held for: `backup of SourceCode`. */
  readonly purpose: string
  readonly since: string
  readonly heartbeatMs: number
  /** Goes up with each heartbeat. */
  readonly counter: number
}

/** A lock file as it was found; without a record where it cannot be read as one. */
export interface FoundLock {
  readonly file: string
  readonly record: LockRecord | undefined
  /** Changes with each heartbeat. */
  readonly beat: string
}

/** A lock file of our own. */
export interface OwnLock {
  readonly file: string
  /** Writes the record with a greater counter. False where the file is no longer there: the lock was lost. */
  beat(): Promise<boolean>
  /** False where somebody took the file away. */
  isThere(): Promise<boolean>
  remove(): Promise<void>
}

// A record is padded to one size, so that a heartbeat is one write over the same bytes and never a cut text.
const RECORD_BYTES = 2048

/** The directory of a root's lock files. */
export function lockDirectory(root: string): string {
  return join(root, '.locks')
}

/** The locks on a root, ours included, in order of file; none where nobody ever took one. */
export async function findLocks(root: string): Promise<FoundLock[]> {
  const directory = lockDirectory(root)
  const names = await readdir(directory).catch((error) => missingAs<string[]>(error, [], directory))
  const found = names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map(async (name) => foundLock(join(directory, name)))
  return (await Promise.all(found)).filter((lock) => lock !== undefined)
}

async function foundLock(file: string): Promise<FoundLock | undefined> {
  const text = await readFile(file, 'utf8').catch((error) => missingAs(error, undefined, file))
  if (text === undefined) return undefined
  const record = recordOf(text)
  return { file, record, beat: record === undefined ? text : String(record.counter) }
}

function recordOf(text: string): LockRecord | undefined {
  try {
    const record = JSON.parse(text) as Partial<LockRecord>
    const isRecord = typeof record.counter === 'number' && typeof record.pid === 'number'
    return isRecord && (record.kind === 'shared' || record.kind === 'exclusive')
      ? (record as LockRecord)
      : undefined
  } catch {
    return undefined
  }
}

/** Takes a lock file away; false where it was gone. */
export async function removeLock({ file }: Pick<FoundLock, 'file'>): Promise<boolean> {
  try {
    await rm(file)
    return true
  } catch (error) {
    return missingAs(error, false, file)
  }
}

/**
 * Makes a lock file. It appears whole, by a rename; heartbeats are written through the open file, so that one that
 * was taken away is not made again.
 * @throws ElysiaError ELYSIA_STATE where the root cannot be written to
 */
export async function createLock(root: string, record: Omit<LockRecord, 'id' | 'counter'>): Promise<OwnLock> {
  const id = randomBytes(8).toString('hex')
  const file = join(lockDirectory(root), `${id}.json`)
  const unfinished = `${file}.new`
  let handle: FileHandle | undefined
  try {
    await mkdir(lockDirectory(root), { recursive: true, mode: 0o700 })
    handle = await open(unfinished, 'wx', 0o600)
    const own = new OwnLockFile(file, handle, { ...record, id, counter: 0 })
    await own.beat()
    await rename(unfinished, file)
    return own
  } catch (error) {
    await handle?.close()
    await rm(unfinished, { force: true }).catch(() => {})
    throw unwritable(root, error)
  }
}

class OwnLockFile implements OwnLock {
  readonly file: string
  readonly #handle: FileHandle
  #record: LockRecord

  constructor(file: string, handle: FileHandle, record: LockRecord) {
    this.file = file
    this.#handle = handle
    this.#record = record
  }

  async beat(): Promise<boolean> {
    if (!(await this.isThere())) return false
    this.#record = { ...this.#record, counter: this.#record.counter + 1 }
    const text = `${JSON.stringify(this.#record).padEnd(RECORD_BYTES - 1)}\n`
    await this.#handle.write(text, 0)
    return this.isThere()
  }

  async isThere(): Promise<boolean> {
    return (await this.#handle.stat()).nlink > 0
  }

  async remove(): Promise<void> {
    if (await this.isThere()) await rm(this.file, { force: true })
    await this.#handle.close()
  }
}

function missingAs<T>(error: unknown, value: T, path: string): T {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return value
  throw unwritable(path, error)
}

function unwritable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `cannot lock ${path}: ${messageOf(cause)}`, {
    cause,
    hint: 'a lock is a file in .locks below the root of the archives, which has to be writable',
  })
}
