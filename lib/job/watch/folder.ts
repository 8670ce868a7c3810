import { existsSync } from 'node:fs'
import { constants, type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { pathExists } from './identity.ts'

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = constants

/** Where a process finds its open files by number, so that names below them cannot be redirected; Linux only. */
const OPEN_FILES = '/proc/self/fd'
const hasOpenFiles = process.platform === 'linux' && existsSync(OPEN_FILES)

/** The mode of directories that are made in a shared one: everyone may look, and only their owner write. */
const OWN_DIRECTORY = 0o755
const OTHERS_WRITE = 0o022

/**
 * A directory that is held open. On Linux every name in it is resolved from the directory itself, wherever its path now
 * leads; on other systems by its path. Holds one file descriptor.
 */
export class Folder {
  /** Its path for messages. */
  readonly path: string
  readonly #handle: FileHandle | undefined

  private constructor(path: string, handle: FileHandle | undefined) {
    this.path = path
    this.#handle = handle
  }

  /** @throws the error of the system: ENOTDIR or ELOOP for a link and for anything that is not a directory */
  static async open(path: string, at = path): Promise<Folder> {
    if (hasOpenFiles) return new Folder(path, await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    await directoryAt(at)
    return new Folder(path, undefined)
  }

  /**
   * True if users other than this one and root may now change its content. Root may write anywhere, so a directory of
   * root is no more shared than one of this user.
   */
  async isShared(): Promise<boolean> {
    const { uid, mode } = await (this.#handle?.stat() ?? directoryAt(this.path))
    const user = process.geteuid?.()
    if (user === undefined) return false
    return (uid !== user && uid !== 0) || (mode & OTHERS_WRITE) !== 0
  }

  /** The path to give to the system for a name in this directory. */
  at(name: string): string {
    return this.#handle === undefined ? join(this.path, name) : `${OPEN_FILES}/${this.#handle.fd}/${name}`
  }

  /** The path of a name for messages. */
  pathOf(name: string): string {
    return join(this.path, name)
  }

  /**
   * A directory of ours in this one, created if missing. In a shared directory it counts as ours only if it is a real
   * directory of this user and nobody else may write to it.
   * @throws ElysiaError ELYSIA_STATE
   */
  async own(name: string): Promise<Folder> {
    await this.#guard(name, () => mkdir(this.at(name), { mode: OWN_DIRECTORY }).catch(unlessThere))
    return this.#openOwn(name)
  }

  /** Refuses what `own` would refuse, and makes nothing. @throws ElysiaError ELYSIA_STATE */
  async requireOwn(name: string): Promise<void> {
    if (await pathExists(this.at(name))) await (await this.#openOwn(name)).close()
  }

  async #openOwn(name: string): Promise<Folder> {
    const folder = await this.#guard(name, () => Folder.open(this.pathOf(name), this.at(name)))
    if (!(await this.isShared()) || !(await folder.isShared())) return folder
    await folder.close()
    throw unusable(folder.path, 'can be written to by others, as can the directory it lies in')
  }

  async #guard<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      const fact =
        code === 'ELOOP' || code === 'ENOTDIR'
          ? 'is not a directory'
          : `cannot be used: ${systemMessage(cause)}`
      throw unusable(this.pathOf(name), fact, cause)
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }
}

/** The system's message without its paths: these may be names of open files. */
export function systemMessage(error: unknown): string {
  return messageOf(error).split(', ')[0] ?? ''
}

function unusable(path: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `${path} ${fact}`, {
    cause,
    hint: `${basename(path)}/ has to be a directory of the user who watches, writable by nobody else; move away what is there`,
  })
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function directoryAt(path: string) {
  const stats = await lstat(path)
  if (stats.isDirectory()) return stats
  throw Object.assign(new Error(`ENOTDIR: not a directory, lstat '${path}'`), { code: 'ENOTDIR' })
}
