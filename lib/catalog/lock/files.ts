import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { makeDirectory } from '../../file/directory.ts'
import { type LockRecord, lockRecordOf } from './record.ts'

export type { LockKind, LockRecord } from './record.ts'

/** A lock file as it was found; without a record if it is not readable as a lock. */
export interface FoundLock {
  readonly file: string
  readonly record: LockRecord | undefined
  /** Changes with each heartbeat. */
  readonly beat: string
}

/** A lock file of our own. */
export interface OwnLock {
  readonly file: string
  /** Writes the record with a higher counter. Returns false if the file is gone: the lock was lost. */
  beat(): Promise<boolean>
  /** False if somebody removed the file. */
  isThere(): Promise<boolean>
  remove(): Promise<void>
}

// A record is padded to a fixed size, so that a heartbeat overwrites the same bytes and never leaves a cut text.
const RECORD_BYTES = 2048

/** A record with the longest paths is smaller; a larger file is not a lock, and is not read. */
const MAX_BYTES = 64 * 1024

/** Only files with such names are read or removed. */
const LOCK_NAME = /^[0-9a-f]{16}\.json$/

/** The directory of the lock files of a root. */
function lockDirectory(root: string): string {
  return join(root, '.locks')
}

/**
 * The locks on a root, including ours, in order of file name; none if nobody ever took one. Looks only at small
 * regular files with the name of a lock.
 * @throws ElysiaError ELYSIA_CONFLICT if their directory is a link or not a directory, ELYSIA_STATE
 */
export async function findLocks(root: string): Promise<FoundLock[]> {
  const directory = lockDirectory(root)
  if (!(await isDirectory(directory))) return []
  const names = await readdir(directory).catch((error) => missingAs<string[]>(error, [], directory))
  const locks: FoundLock[] = []
  for (const name of names.filter((one) => LOCK_NAME.test(one)).sort()) {
    const lock = await foundLock(join(directory, name))
    if (lock !== undefined) locks.push(lock)
  }
  return locks
}

/** False if it does not exist. A link would let somebody choose where we create, read and remove files. */
async function isDirectory(directory: string): Promise<boolean> {
  const stats = await lstat(directory).catch((error) => missingAs(error, undefined, directory))
  if (stats === undefined || stats.isDirectory()) return stats !== undefined
  throw new ElysiaError('ELYSIA_CONFLICT', `${directory} is a link, or not a directory: nothing was done`, {
    hint: 'locks are files in a real directory .locks below the root of the archives: move this away',
  })
}

async function foundLock(file: string): Promise<FoundLock | undefined> {
  const text = await readSmall(file)
  if (text === undefined) return undefined
  const record = lockRecordOf(text)
  return { file, record, beat: record === undefined ? text : String(record.counter) }
}

/** The text of a small regular file; undefined if it is gone, or anything else. Never waits for a pipe. */
async function readSmall(file: string): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  if ((await lstat(file).catch((error) => missingAs(error, undefined, file)))?.isFile() !== true)
    return undefined
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error) =>
    missingAs(error, undefined, file),
  )
  if (handle === undefined) return undefined
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > MAX_BYTES) return undefined
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Removes a lock file, if it still is one; returns false if it was not one, or was gone. */
export async function removeLock({ file }: Pick<FoundLock, 'file'>): Promise<boolean> {
  try {
    if ((await foundLock(file))?.record === undefined) return false
    await rm(file)
    return true
  } catch (error) {
    return missingAs(error, false, file)
  }
}

/**
 * Creates a lock file. It appears complete, by a rename. Heartbeats are written through the open file, so a file that
 * was removed is not created again.
 * @throws ElysiaError ELYSIA_STATE if the root is not writable, ELYSIA_CONFLICT as `findLocks`
 */
export async function createLock(root: string, record: Omit<LockRecord, 'id' | 'counter'>): Promise<OwnLock> {
  const id = randomBytes(8).toString('hex')
  const file = join(lockDirectory(root), `${id}.json`)
  const unfinished = `${file}.new`
  let handle: FileHandle | undefined
  try {
    makeDirectory(lockDirectory(root))
    await isDirectory(lockDirectory(root))
    handle = await open(unfinished, 'wx', 0o600)
    const own = new OwnLockFile(file, handle, { ...record, id, counter: 0 })
    await own.beat()
    await rename(unfinished, file)
    return own
  } catch (error) {
    await handle?.close()
    if (handle !== undefined) await rm(unfinished, { force: true }).catch(() => {})
    throw error instanceof ElysiaError ? error : unwritable(root, error)
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
  if (error instanceof ElysiaError) throw error
  // A link that has replaced a file counts as if the file were gone.
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return value
  throw unwritable(path, error)
}

function unwritable(path: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `cannot lock ${path}: ${messageOf(cause)}`, {
    cause,
    hint: 'a lock is a file in .locks below the root of the archives, which has to be writable',
  })
}
