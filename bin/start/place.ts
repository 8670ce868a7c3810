import { lstatSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const OTHERS_MAY_WRITE = 0o022
/** In such a directory only the owner of a file may rename it. */
const STICKY = 0o1000

/**
 * The directory of compiled code for this version of Node, in the user's own cache: in Node's shared default, someone
 * else might have put code there. Undefined if it is not writable, or another user may have written to it: then the
 * code is compiled each time. From now on Node caches the compiled code of packages there.
 */
export function placeOfCompiled(): string | undefined {
  try {
    const caches = process.env.XDG_CACHE_HOME || standardCaches()
    const own = join(caches, 'elysiactl')
    makeDirectory(caches)
    makeDirectory(own)
    if (isOwn(statSync(caches), true) && isOwn(lstatSync(own), false)) enableCompileCache(own)
  } catch {
    // The home directory is missing or not writable.
  }
  return getCompileCacheDir()
}

function standardCaches(): string {
  if (process.platform === 'win32' && process.env.LOCALAPPDATA !== undefined) return process.env.LOCALAPPDATA
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
}

/**
 * True if nobody else can replace this directory: whoever may write to its parent could, unless that is sticky, like
 * /tmp.
 */
function isOwn(status: Stats, isAbove: boolean): boolean {
  const user = process.geteuid?.() ?? status.uid
  const isSafe = (status.mode & OTHERS_MAY_WRITE) === 0 || (isAbove && (status.mode & STICKY) !== 0)
  const isTrusted = status.uid === user || (isAbove && status.uid === 0)
  return status.isDirectory() && isTrusted && (isSafe || process.platform === 'win32')
}

/**
 * Creates one directory, unless it exists. Node can create missing parents too, but never returns if a file system
 * answers ENOENT, as /proc and autofs do.
 */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
