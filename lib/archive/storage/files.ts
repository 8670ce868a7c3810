import type { Stats } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { makeDirectory } from '../../file/directory.ts'
import type { FileModes } from './modes.ts'
import type { PlacedFile } from './storage.ts'

/** Sets the mode of a file or directory by its handle. */
export async function chmod(path: string, mode: number): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.chmod(mode)
  } finally {
    await handle.close()
  }
}

/** Creates a directory and the missing ones above it; only those that it creates get the mode. */
export async function makeDirectories(path: string, modes: FileModes | undefined): Promise<void> {
  const first = makeDirectory(path, modes?.directory)
  if (first === undefined || modes === undefined || modes.masked) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, modes.directory)
}

/** Makes new and removed names of a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The regular files below a directory whose names match, in order of name; `prefix` begins their names. */
export async function* filesBelow(
  directory: string,
  prefix: string,
  matches: (name: string) => boolean,
): AsyncGenerator<PlacedFile> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error) => {
    if (isMissing(error)) return []
    throw fileFailure(directory, error)
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path, name, matches)
    else if (entry.isFile() && matches(entry.name)) {
      const stats = await statsOf(path)
      if (stats !== undefined) yield { name, bytes: stats.size }
    }
  }
}

/** What a path is; undefined if there is nothing. Does not follow a link. */
export async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw fileFailure(path, error)
  }
}

/** True for the system's errors that a path does not exist: ENOENT, ENOTDIR. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** The error (ELYSIA_DAMAGED) for a link, directory or pipe in the place of a file. */
export function notAFile(path: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${path} is a link, or not a file`, {
    hint: 'archives hold regular files only: do not trust this one',
  })
}

/** The error for what the system said about a path. */
export function fileFailure(path: string, error: unknown): ElysiaError {
  if (error instanceof ElysiaError) return error
  if (isMissing(error)) return new ElysiaError('ELYSIA_NOT_FOUND', `${path} does not exist`, { cause: error })
  if ((error as NodeJS.ErrnoException).code === 'ELOOP') return notAFile(path)
  return new ElysiaError('ELYSIA_STATE', `${path}: ${messageOf(error)}`, {
    cause: error,
    hint: 'free some space, or give another --to; then continue with the same command and --resume',
  })
}
