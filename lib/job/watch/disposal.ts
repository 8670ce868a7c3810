import { link, lstat, mkdir, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join, parse } from 'node:path'
import { ElysiaError, messageOf } from '../../errors.ts'
import { identify } from './files.ts'
import { sameFile, type WatchEntry } from './log.ts'

/** Where `--after move` puts what was taken, below the directory that is watched. */
export const PROCESSED = 'processed'
export const FAILED = 'failed'

/** Where a file and its rejects are after its disposal; undefined where they are gone, or never were. */
export interface Disposed {
  readonly path: string | undefined
  readonly rejects: string | undefined
}

/**
 * Does with a file what is pending: moves it to `processed/` or `failed/`, or deletes it; answers where it
 * is then. A file that changed since it was taken is another one and stays; one that is gone is no fault.
 * May be repeated after a crash at any point.
 * @throws ElysiaError ELYSIA_STATE where it cannot be done
 */
export async function dispose(entry: WatchEntry): Promise<Disposed> {
  const { path, pending, rejects } = entry
  try {
    const now = await identify(path)
    if (now === undefined) return { path: undefined, rejects }
    if (pending === 'keep' || !sameFile(entry, now)) return { path, rejects }
    if (pending === 'move') return await moveAway(entry)
    await unlink(path)
    return { path: undefined, rejects }
  } catch (cause) {
    const verb = pending === 'move' ? 'moved' : 'deleted'
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be ${verb}: ${messageOf(cause)}`, {
      cause,
      hint: 'its records are settled; see to the rights of the directory, then give the same command again',
    })
  }
}

async function moveAway({ path, status, rejects }: WatchEntry): Promise<Disposed> {
  const processed = join(dirname(path), PROCESSED)
  const directory = status === 'failed' ? join(dirname(path), FAILED) : processed
  await mkdir(directory, { recursive: true })
  const follows = status === 'failed' && rejects !== undefined && dirname(rejects) === processed
  const moved = follows && (await exists(rejects)) ? await moveInto(directory, rejects) : rejects
  return { path: await moveInto(directory, path), rejects: moved }
}

/** Moves a file under its name or, where that is taken, under `name-1`, `name-2` …; never over another. */
async function moveInto(directory: string, path: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const target = join(directory, numbered(basename(path), attempt))
    if (await moveTo(path, target)) return target
  }
}

/** False where another file has the name. A crash between link and unlink leaves one file under two names. */
async function moveTo(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      if (!(await isSame(path, target))) return false
    } else if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EOPNOTSUPP') {
      return moveWithoutLinks(path, target)
    } else throw error
  }
  await unlink(path)
  return true
}

/** For file systems that know no hard links. */
async function moveWithoutLinks(path: string, target: string): Promise<boolean> {
  if (await exists(target)) return false
  await rename(path, target)
  return true
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(one), lstat(other)])
  return a.ino === b.ino && a.dev === b.dev
}

/** A path in the directory that no file has yet: `name`, or `name-1`, `name-2` … */
export async function freePath(directory: string, name: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const path = join(directory, numbered(name, attempt))
    if (!(await exists(path))) return path
  }
}

/** `a.jsonl` → `a-1.jsonl`; the file itself keeps its name. */
function numbered(name: string, attempt: number): string {
  if (attempt === 0) return name
  const { name: stem, ext } = parse(name)
  return `${stem}-${attempt}${ext}`
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
