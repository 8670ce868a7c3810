import { lstatSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const OTHERS_MAY_WRITE = 0o022
/** What is in such a directory may be renamed by its owner alone. */
const STICKY = 0o1000

/**
 * The directory of compiled code for this version of Node, in the user's own cache: in the shared one that is Node's
 * default, somebody else might have put it. Undefined where it cannot be written, or another user may have written to it:
 * the code is compiled each time then. From now on Node keeps the compiled code of packages there.
 */
export function placeOfCompiled(): string | undefined {
  try {
    const caches = process.env.XDG_CACHE_HOME || standardCaches()
    const own = join(caches, 'elysiactl')
    makeDirectory(caches)
    makeDirectory(own)
    if (isOwn(statSync(caches), true) && isOwn(lstatSync(own), false)) enableCompileCache(own)
  } catch {
    // A home that is not there, or may not be written to.
  }
  return getCompileCacheDir()
}

function standardCaches(): string {
  if (process.platform === 'win32' && process.env.LOCALAPPDATA !== undefined) return process.env.LOCALAPPDATA
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
}

/** Whoever may write to the directory above could put another one in its place, unless it is sticky, as /tmp is. */
function isOwn(status: Stats, isAbove: boolean): boolean {
  const user = process.geteuid?.() ?? status.uid
  const isSafe = (status.mode & OTHERS_MAY_WRITE) === 0 || (isAbove && (status.mode & STICKY) !== 0)
  const isTrusted = status.uid === user || (isAbove && status.uid === 0)
  return status.isDirectory() && isTrusted && (isSafe || process.platform === 'win32')
}

/** Node makes missing parents as well, but never ends where a file system answers ENOENT, as /proc and autofs do. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
