import { join } from 'node:path'
import envPaths from 'env-paths'

/** The user's directories for elysiactl, by the conventions of the system (XDG on Linux). */
export interface Paths {
  readonly data: string
  readonly config: string
  /** Journals and locks: what a machine remembers of its runs. */
  readonly state: string
}

export function userPaths(): Paths {
  const { data, config, log } = envPaths('elysiactl', { suffix: '' })
  return { data, config, state: log }
}

/** The embedded store that is used where no target is given. */
export function defaultStorePath(): string {
  return join(userPaths().data, 'store.db')
}
