import { realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/** True for a path inside a directory, at any depth. */
export type IsInside = (path: string) => boolean

/**
 * Makes a check whether absolute paths are inside a directory, by name or through links (`/backups` may be a link to
 * `/mnt/disk`). A path that does not exist is judged by its nearest existing parent. The check caches directories.
 */
export function insideCheck(directory: string): IsInside {
  let real: string | undefined
  const directories = new Map<string, string>()
  const realOf = (path: string) => {
    const above = dirname(path)
    const known = directories.get(above) ?? realPath(above)
    directories.set(above, known)
    return join(known, basename(path))
  }
  return (path) => {
    if (isInside(path, directory)) return true
    real ??= realPath(directory)
    return isInside(realOf(path), real)
  }
}

function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`)
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(realPath(above), basename(path))
  }
}
