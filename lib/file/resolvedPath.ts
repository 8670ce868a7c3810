import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** A path as absolute, with its links resolved, even if its last parts do not exist. */
export function resolvedPath(path: string): string {
  const absolute = resolve(path)
  try {
    return realpathSync.native(absolute)
  } catch {
    const above = dirname(absolute)
    return above === absolute ? absolute : join(resolvedPath(above), basename(absolute))
  }
}
