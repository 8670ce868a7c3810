import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import envPaths from 'env-paths'
import { ElysiaError } from '../core/errors.ts'

/** The user's directories for elysiactl, by the conventions of the system (XDG on Linux). */
export interface Paths {
  readonly data: string
  readonly config: string
  /** Journals and locks of the runs on this machine. */
  readonly state: string
  /** Temporary data, and data that can be recreated. */
  readonly cache: string
}

/**
 * Where data of this user belongs; absolute paths, which may not exist.
 * @throws ElysiaError ELYSIA_USAGE if HOME or an XDG variable is unusable
 */
export function userPaths(): Paths {
  const { data, config, log, cache } = envPaths('elysiactl', { suffix: '' })
  const paths = { data, config, state: log, cache }
  const relative = Object.values(paths).find((path) => !isAbsolute(path))
  if (relative === undefined) return paths
  throw new ElysiaError('ELYSIA_USAGE', `${relative} cannot hold data: it is not an absolute path`, {
    hint: 'set HOME, or XDG_DATA_HOME, XDG_STATE_HOME and XDG_CONFIG_HOME, to existing directories',
  })
}

/** The user's home; undefined if there is none. */
export function homeDirectory(): string | undefined {
  try {
    const home = homedir()
    return isAbsolute(home) ? home : undefined
  } catch {
    return undefined
  }
}

/** The embedded store that is used if no target is given. */
export function defaultStorePath(): string {
  return join(userPaths().data, 'store.db')
}
