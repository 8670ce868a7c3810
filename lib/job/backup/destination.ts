import { lstat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { openArchive } from '../../archive/archive.ts'
import { JOURNAL_FILE, MANIFEST_FILE } from '../../archive/files.ts'
import { readJournal } from '../../archive/journal.ts'
import { directoryStorage } from '../../archive/storage/directory.ts'
import { storageFailure } from '../../archive/storage/failure.ts'
import type { FileModes } from '../../archive/storage/modes.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Store } from '../../store/store.ts'
import { type BackupResult, backupResult, runWithJournal } from './frame.ts'
import type { BackupContext } from './job.ts'
import type { BackupOptionsInput } from './options.ts'
import { newArchiveId } from './plan.ts'
import { intoStream, singleOptions } from './single.ts'

/**
 * The default directory of an archive: `ROOT/CLASS/ID`, by the archive's id; with `resume` the newest one there that a
 * backup of this class and target began and did not finish.
 * @throws ElysiaError ELYSIA_NOT_FOUND if there is nothing to resume
 */
export async function defaultDirectory(
  root: string,
  className: string,
  target: string,
  resume: boolean,
): Promise<string> {
  if (!resume) return join(resolve(root), className, newArchiveId())
  const storage = directoryStorage(join(root, className))
  const unfinishedIds = (await unfinished(storage)).sort().reverse()
  for (const name of unfinishedIds) {
    const journal = await readJournal(storage.within(name))
    if (journal?.plan.source.target === target) return join(storage.text, name)
  }
  throw new ElysiaError('ELYSIA_NOT_FOUND', `no unfinished backup of ${className} lies in ${storage.text}`, {
    hint: 'leave --resume out to begin one, or name its directory by --to',
  })
}

/** The directory below the root that a set began for a class, or completed; undefined if there is none. */
export async function memberDirectory(
  root: string,
  className: string,
  set: string,
): Promise<string | undefined> {
  const storage = directoryStorage(join(root, className))
  const isOfSet = async (name: string) => (await setOf(storage.within(name))) === set
  for (const name of [...(await filesByDirectory(storage)).keys()].sort().reverse())
    if (await isOfSet(name)) return join(storage.text, name)
  return undefined
}

/** What is damaged counts as no member: it is left where it is. */
async function setOf(storage: Storage): Promise<string | undefined> {
  try {
    const isSealed = (await storage.bytes(MANIFEST_FILE)) !== undefined
    return isSealed ? (await openArchive(storage)).manifest.set : (await readJournal(storage))?.plan.set
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_DAMAGED') return undefined
    throw error
  }
}

/** Backs up into one file, which appears only when it is complete. @throws ElysiaError ELYSIA_CONFLICT, as `backup` */
export async function backupFile(
  store: Store,
  name: string,
  path: string,
  input: BackupOptionsInput,
  context: BackupContext = {},
  modes?: FileModes,
) {
  return backupResult(await runBackupFile(store, name, path, input, context, modes))
}

/**
 * As `backupFile`, but also resolves with the report if the backup failed or was interrupted.
 * @throws only if it could not begin
 */
export async function runBackupFile(
  store: Store,
  name: string,
  path: string,
  input: BackupOptionsInput,
  context: BackupContext = {},
  modes?: FileModes,
): Promise<BackupResult> {
  const options = singleOptions(input)
  const location = resolve(path)
  const task = { store, name, location, options }
  const prepare = () => freeFile(location)
  return runWithJournal(task, context, prepare, async (job, full) => {
    const storage = directoryStorage(dirname(full), modes, dirname(full))
    const upload = await storage.create(basename(full))
    try {
      const manifest = await intoStream(job, upload.stream)
      await upload.commit()
      return manifest
    } catch (error) {
      await upload.discard()
      throw storageFailure(error, storage, basename(full))
    }
  })
}

/**
 * The absolute path of a file to create, after checking that the name is free: no file, and no link of any kind.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export async function freeFile(path: string): Promise<string> {
  const full = resolve(path)
  const there = await lstat(full).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (there === undefined) return full
  const fact = there.isSymbolicLink() ? 'is a link, and would be replaced' : 'exists already'
  throw new ElysiaError('ELYSIA_CONFLICT', `${full} ${fact}`, { hint: 'give another --to' })
}

async function unfinished(storage: Storage): Promise<string[]> {
  return [...(await filesByDirectory(storage))]
    .filter(([, names]) => names.has(JOURNAL_FILE) && !names.has(MANIFEST_FILE))
    .map(([name]) => name)
}

/** The names of the files that lie directly in each directory. */
async function filesByDirectory(storage: Storage): Promise<Map<string, Set<string>>> {
  const files = new Map<string, Set<string>>()
  for await (const { name } of storage.list()) {
    const [directory, file, ...more] = name.split('/')
    if (file === undefined || more.length > 0) continue
    files.set(directory!, (files.get(directory!) ?? new Set()).add(file))
  }
  return files
}
