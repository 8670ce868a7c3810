import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { manifestFile } from '../archive/archive.ts'
import { MANIFEST_COPY_FILE, MANIFEST_FILE } from '../archive/files.ts'
import { readJournal } from '../archive/journal.ts'
import type { Manifest } from '../archive/manifest.ts'
import { manifestReader } from '../archive/manifestFile.ts'
import { readSingle } from '../archive/single/read.ts'
import type { Storage } from '../archive/storage/storage.ts'
import { ElysiaError, messageOf } from '../core/errors.ts'
import type { StorageAt } from './annotations.ts'
import { parseNewArchive } from './newArchive.ts'
import type { Location } from './record.ts'
import { DELETING_FILE } from './scan.ts'

/** What was found at the location of an archive, according to its files. */
export type Inspection =
  /** Nothing. */
  | { readonly found: 'nothing' }
  /** A directory without any file of an archive. */
  | { readonly found: 'directory' }
  /** Something else, in words that follow its path; `id` if it is another archive. */
  | { readonly found: 'other'; readonly fact: string; readonly id?: string }
  /** The archive as one file; `ino` and `dev` identify the file that was read. */
  | { readonly found: 'file'; readonly ino: number; readonly dev: number }
  /** The archive, or the rest of its removal, with a complete manifest, whose text is `text`. */
  | { readonly found: 'archive'; readonly manifest: Manifest; readonly text: string }
  /** An unfinished backup, with its journal. */
  | { readonly found: 'unfinished'; readonly parts: readonly { readonly file: string }[] }

/**
 * Looks at the files themselves, following no link below the root. Anything that cannot prove that it is the archive
 * with this id is something else.
 * @throws ElysiaError ELYSIA_STATE if it may not be read
 */
export async function inspectArchive(
  archive: Location & { readonly id: string },
  storageAt: StorageAt,
): Promise<Inspection> {
  try {
    return await inspect(archive, storageAt)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new ElysiaError('ELYSIA_STATE', `${archive.location} cannot be looked at: ${messageOf(error)}`, {
      cause: error,
      hint: 'check its owner and mode, and those of the directories above it',
    })
  }
}

async function inspect(
  archive: Location & { readonly id: string },
  storageAt: StorageAt,
): Promise<Inspection> {
  const { location, shape } = archive
  const way = await lookOnTheWay(archive)
  if (way !== undefined) return way
  if (shape === 'file') return inspectFile(archive)
  if (!(await lstat(location)).isDirectory()) return other('is a file, not a directory')
  return inspectDirectory(storageAt(location), archive.id)
}

/**
 * Checks the way to an archive: the result if there is nothing, or a link below the root. The root itself is taken as
 * the user named it.
 */
async function lookOnTheWay({ root, location, shape }: Location): Promise<Inspection | undefined> {
  const below = relative(root, location)
  const isBelow = below !== '' && !below.startsWith('..') && !isAbsolute(below)
  const segments = isBelow ? below.split(sep) : [basename(location)]
  let path = isBelow ? root : dirname(location)
  for (const [index, segment] of segments.entries()) {
    path = join(path, segment)
    const stats = await lstat(path).catch(nothing)
    if (stats === undefined) return { found: 'nothing' }
    if (stats.isSymbolicLink()) return other(`is not looked at: ${path} is a link`)
    const isLast = index === segments.length - 1
    if (!isLast && !stats.isDirectory()) return { found: 'nothing' }
    if (isLast && shape === 'file' && !stats.isFile()) return other('is not a regular file')
  }
  return undefined
}

async function inspectDirectory(storage: Storage, id: string): Promise<Inspection> {
  const read = await manifestReader()
  let whole: { readonly manifest: Manifest; readonly text: string } | undefined
  let fault: string | undefined
  for (const name of [MANIFEST_FILE, MANIFEST_COPY_FILE, DELETING_FILE]) {
    if ((await storage.bytes(name)) === undefined) continue
    const text = await manifestFile(storage, name)
    try {
      const manifest = read(text, name)
      if (manifest.id !== id) return other(`holds the archive ${manifest.id}, not ${id}`, manifest.id)
      whole ??= { manifest, text }
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
      fault ??= messageOf(error)
    }
  }
  if (whole !== undefined) return { found: 'archive', ...whole }
  if (fault !== undefined) return other(`does not say that it is ${id}: ${fault}`)
  const unfinished = await readJournal(storage)
  if (unfinished === undefined) return { found: 'directory' }
  parseNewArchive(unfinished.plan)
  if (unfinished.plan.id === id)
    return { found: 'unfinished', parts: [...unfinished.parts, ...unfinished.index] }
  return other(`holds the backup ${unfinished.plan.id}, not ${id}`, unfinished.plan.id)
}

async function inspectFile({ location, id }: Location & { readonly id: string }): Promise<Inspection> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(location, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) return other('is not a regular file')
    const bytes = handle.createReadStream({ autoClose: false, highWaterMark: 64 * 1024 })
    const { plan, pages } = await readSingle(bytes)
    pages.on('error', () => {}).destroy()
    if (plan.id !== id) return other(`is the archive ${plan.id}, not ${id}`, plan.id)
    return { found: 'file', ino: stats.ino, dev: stats.dev }
  } catch (error) {
    if (!(error instanceof ElysiaError)) throw error
    return other(`does not say that it is ${id}: ${messageOf(error)}`)
  } finally {
    await handle.close()
  }
}

function other(fact: string, id?: string): Inspection {
  return { found: 'other', fact, ...(id !== undefined && { id }) }
}

function nothing(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
  throw error
}
