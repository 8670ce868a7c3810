import { realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'

/** Tells whether a path lies in a directory, at any depth. */
export type Below = (path: string) => boolean

/**
 * Tells of absolute paths whether they lie in a directory, by their names or by where links on their way lead:
 * `/backups` may be a link to `/mnt/disk`. What is not there is judged by what is above it. Remembers the directories
 * that it looked at.
 */
export function below(directory: string): Below {
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
