import { existsSync } from 'node:fs'
import { constants, type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ElysiaError, messageOf } from '../../errors.ts'

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_RDONLY } = constants

/** Where a process names what it holds open, so that names below it cannot be led elsewhere; Linux only. */
const OPEN_FILES = '/proc/self/fd'
const hasOpenFiles = process.platform === 'linux' && existsSync(OPEN_FILES)

/** The rights of directories that are made in a shared one: everybody may look, and only their owner write. */
const OWN_DIRECTORY = 0o755
const OTHERS_WRITE = 0o022

/**
 * A directory that is held open. On Linux every name in it is resolved from the directory itself, wherever
 * its path leads by then; on other systems by its path. Holds one file descriptor.
 */
export class Folder {
  /** As a person knows it. */
  readonly path: string
  /** Others than this user and root may change what lies in it. */
  readonly shared: boolean
  readonly #handle: FileHandle | undefined

  private constructor(path: string, shared: boolean, handle: FileHandle | undefined) {
    this.path = path
    this.shared = shared
    this.#handle = handle
  }

  /** @throws the error of the system: ENOTDIR or ELOOP for a link and for what is no directory */
  static async open(path: string, at = path): Promise<Folder> {
    if (!hasOpenFiles) return new Folder(path, isShared(await directoryAt(at)), undefined)
    const handle = await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      return new Folder(path, isShared(await handle.stat()), handle)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** What to give to the system for a name in this directory. */
  at(name: string): string {
    return this.#handle === undefined ? join(this.path, name) : `${OPEN_FILES}/${this.#handle.fd}/${name}`
  }

  /** The path of a name, for people. */
  pathOf(name: string): string {
    return join(this.path, name)
  }

  /**
   * A directory of ours in this one, made where it is missing. What lies in a shared directory counts as ours only
   * where it is a real directory of this user and nobody else may write to it.
   * @throws ElysiaError ELYSIA_STATE
   */
  async own(name: string): Promise<Folder> {
    const path = this.pathOf(name)
    try {
      await mkdir(this.at(name), { mode: OWN_DIRECTORY }).catch(unlessThere)
      const folder = await Folder.open(path, this.at(name))
      if (!this.shared || !folder.shared) return folder
      await folder.close()
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code
      const fact =
        code === 'ELOOP' || code === 'ENOTDIR' ? 'is no directory' : `is of no use: ${reason(cause)}`
      throw new ElysiaError('ELYSIA_STATE', `${path} ${fact}`, { cause, hint: hintFor(path) })
    }
    const others = `${path} can be written to by others, as can the directory it lies in`
    throw new ElysiaError('ELYSIA_STATE', others, { hint: hintFor(path) })
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }
}

/** What the system says, without the paths it was given: these may be names of open files. */
export function reason(error: unknown): string {
  return messageOf(error).split(', ')[0] ?? ''
}

function hintFor(path: string): string {
  return `${basename(path)}/ has to be a directory of the user who watches, writable by nobody else; move away what is there`
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function directoryAt(path: string) {
  const stats = await lstat(path)
  if (stats.isDirectory()) return stats
  throw Object.assign(new Error(`ENOTDIR: not a directory, lstat '${path}'`), { code: 'ENOTDIR' })
}

/** Root may write anywhere, so that a directory of its own is no more shared than one of this user. */
function isShared({ uid, mode }: { uid: number; mode: number }): boolean {
  const user = process.geteuid?.()
  if (user === undefined) return false
  return (uid !== user && uid !== 0) || (mode & OTHERS_WRITE) !== 0
}
