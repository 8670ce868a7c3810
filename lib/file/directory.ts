import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates a directory (for this user alone, unless `mode` says otherwise) and its missing parents; returns the
 * topmost one created. Node's own `recursive` loops forever if a file system returns ENOENT although the parent
 * directory exists, as /proc and autofs do.
 * @throws the system's error, with the path that could not be created
 */
export function makeDirectory(path: string, mode = 0o700): string | undefined {
  if (make(path, mode, 'ENOENT')) return path
  if (isDirectory(path)) return undefined
  const first = makeDirectory(dirname(path), mode)
  const made = make(path, mode)
  return first ?? (made ? path : undefined)
}

/** True if it was created; false if it exists, or could not be created because of `mayFail`. */
function make(path: string, mode: number, mayFail?: string): boolean {
  try {
    mkdirSync(path, { mode })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && isDirectory(path)) return false
    if (code === mayFail && dirname(path) !== path) return false
    throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
