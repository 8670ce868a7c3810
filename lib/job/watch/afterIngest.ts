import { link, lstat, rename, unlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import { numberedName } from './fileName.ts'
import { type Folder, systemMessage } from './folder.ts'
import { type FileIdentity, inspectPath, isFile, pathExists, sameContent } from './identity.ts'
import type { WatchEntry } from './log.ts'
import { placeRejects } from './placeRejects.ts'

/** The directory for `--after move`, inside the watched directory. */
export const PROCESSED = 'processed'
/** The directory beside it for files whose ingest failed. */
export const FAILED = 'failed'

/** Where a file and its rejects are after it was taken; undefined if they are gone, or never existed. */
export interface Placement {
  readonly path: string | undefined
  readonly rejects: string | undefined
  /** True if nothing is left to do with it; false if it changed since it was taken, and comes again. */
  readonly over: boolean
}

/** What decides where files go. */
export interface Destinations {
  readonly folder: Folder
  readonly followLinks: boolean
  /** True if the rejects of a file go where the file is moved. */
  readonly rejectsFollow: boolean
}

/**
 * Does what is pending for a file: moves it to `processed/` or `failed/`, or deletes it; returns where it is then. A
 * file that changed since it was taken stays; a missing one is no fault. May be repeated after a crash at any point.
 *
 * Others may change the content of a shared folder between any two calls: a moved file is checked again in its new
 * place, in a directory of ours, and goes back if it is a different one.
 * @throws ElysiaError ELYSIA_STATE if it cannot be done
 */
export async function placeFile(entry: WatchEntry, context: Destinations): Promise<Placement> {
  const { path, pending, rejects } = entry
  if (pending === 'keep') return { path, rejects, over: true }
  try {
    const inspected = await inspectPath(path, context.followLinks, context.folder.at(basename(path)))
    if (!isFile(inspected)) {
      const moved =
        pending === 'move'
          ? await inDestination(entry, context, (target) => moveRejects(entry, context, target))
          : rejects
      return { path: undefined, rejects: moved, over: true }
    }
    if (!sameContent(entry, inspected)) return { path, rejects, over: false }
    if (pending === 'move') return await moveAway(entry, inspected, context)
    await unlink(context.folder.at(basename(path)))
    return { path: undefined, rejects, over: true }
  } catch (cause) {
    const verb = pending === 'move' ? 'moved' : 'deleted'
    const why = cause instanceof ElysiaError ? cause.message : systemMessage(cause)
    const hint =
      cause instanceof ElysiaError && cause.hint !== undefined
        ? cause.hint
        : 'check the permissions of the directory; the next watch tries again'
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be ${verb}: ${why}`, { cause, hint })
  }
}

async function moveAway(entry: WatchEntry, found: FileIdentity, context: Destinations): Promise<Placement> {
  const { folder, followLinks } = context
  return inDestination(entry, context, async (target) => {
    const rejects = await moveRejects(entry, context, target)
    const name = await moveInto(folder, basename(entry.path), target, followLinks || found)
    return { path: target.pathOf(name), rejects, over: true }
  })
}

/** Works in the directory that a file is moved to, held open for that time. */
async function inDestination<T>(
  { status }: WatchEntry,
  { folder }: Destinations,
  work: (target: Folder) => Promise<T>,
): Promise<T> {
  const target = await folder.own(status === 'failed' ? FAILED : PROCESSED)
  try {
    return await work(target)
  } finally {
    await target.close()
  }
}

async function moveRejects(
  { rejects, run, path }: WatchEntry,
  { rejectsFollow }: Destinations,
  target: Folder,
) {
  if (!rejectsFollow || rejects === undefined) return rejects
  return placeRejects(rejects, run, basename(path), target)
}

/**
 * Moves a file under its name or, if that is taken, under `name-1`, `name-2` …; never over another. Returns the name.
 * `wanted` is the intended file, or true for whatever has the name.
 */
async function moveInto(folder: Folder, name: string, target: Folder, wanted: FileIdentity | true) {
  for (let attempt = 0; ; attempt++) {
    const free = numberedName(name, attempt)
    if (await moveTo(folder.at(name), target.at(free), wanted)) return free
  }
}

/** False if another file has the name. A crash between link and unlink leaves one file under two names. */
async function moveTo(from: string, to: string, wanted: FileIdentity | true): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      if (!(await isSame(from, to))) return false
    } else if (code !== undefined && WITHOUT_LINKS.has(code)) {
      return moveWithoutLinks(from, to, wanted)
    } else throw error
  }
  if (!(await isWanted(to, wanted))) {
    await unlink(to)
    throw replaced()
  }
  await unlink(from).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    // The file then stays, without a second name that would be in its way.
    await unlink(to)
    throw error
  })
  return true
}

/** A file system without hard links, or a system that refuses links to another user's file. */
const WITHOUT_LINKS = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'])

async function moveWithoutLinks(from: string, to: string, wanted: FileIdentity | true): Promise<boolean> {
  if (await pathExists(to)) return false
  await rename(from, to)
  if (await isWanted(to, wanted)) return true
  if (!(await pathExists(from))) await rename(to, from)
  throw replaced()
}

async function isWanted(path: string, wanted: FileIdentity | true): Promise<boolean> {
  if (wanted === true) return true
  const { dev, ino } = await lstat(path, { bigint: true })
  return String(dev) === wanted.device && String(ino) === wanted.inode
}

function replaced(): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', 'another one took its place meanwhile', {
    hint: 'somebody else writes to the directory; see what lies there',
  })
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one, { bigint: true }), lstat(other, { bigint: true })])
  return a.ino === b.ino && a.dev === b.dev
}
