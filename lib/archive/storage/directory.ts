import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { meterStream } from '../../core/channel/bytes.ts'
import {
  chmod,
  fileFailure,
  filesBelow,
  isMissing,
  makeDirectories,
  notAFile,
  statsOf,
  syncDirectory,
} from './files.ts'
import type { FileModes } from './modes.ts'
import { segmentsOf } from './names.ts'
import type { PlacedFile, Slice, Storage, StorageDirectory, Upload } from './storage.ts'

/** The end of a file's name until it is committed. */
const UNFINISHED = /\.unfinished-[0-9a-f]{8}$/

const READ_BYTES = 256 * 1024

/**
 * Files in a directory. A commit is durable: the file is synced, made read-only, renamed, and its directory synced.
 * No part of a name is followed if it is a link. Directories are created as needed. Files and directories are for
 * their owner alone unless `modes` says otherwise. `place` names the storage in byte metrics: by default its parent
 * directory, which holds similar archives.
 * Errors: ELYSIA_STATE if the disk is full or the directory read-only.
 */
export function directoryStorage(path: string, modes?: FileModes, place?: string): Storage {
  const root = resolve(path)
  return new DirectoryStorage(root, modes, place ?? dirname(root))
}

class DirectoryStorage implements Storage {
  readonly text: string
  readonly #modes: FileModes | undefined
  readonly #place: string

  constructor(root: string, modes: FileModes | undefined, place: string) {
    this.text = root
    this.#modes = modes
    this.#place = place
  }

  get directory(): StorageDirectory {
    return { path: this.text, modes: this.#modes }
  }

  async create(name: string): Promise<Upload> {
    const path = await this.#writable(name)
    const unfinished = `${path}.unfinished-${randomBytes(4).toString('hex')}`
    const handle = await open(unfinished, 'wx', this.#modes?.file ?? 0o600).catch((error) =>
      this.#fail(name, error),
    )
    const written = handle.createWriteStream({ flush: true, autoClose: true, highWaterMark: 1024 * 1024 })
    const stream = meterStream(this.#place, written)
    let committed: Promise<boolean> | undefined
    return {
      stream,
      commit: () => {
        const commit = this.#try(name, async () => {
          await this.#seal(unfinished)
          await rename(unfinished, path)
          await syncDirectory(dirname(path))
        })
        committed = commit.then(
          () => true,
          () => false,
        )
        return commit
      },
      async discard() {
        if (await committed) return
        stream.destroy()
        // Reports the error that ended the upload; a leftover file has a temporary name that no reader looks at.
        await rm(unfinished, { force: true }).catch(() => {})
      },
    }
  }

  async append(name: string, bytes: Uint8Array | string): Promise<void> {
    const path = await this.#writable(name)
    await this.#try(name, async () => {
      const isNew = (await statsOf(path)) === undefined
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
      const handle = await open(path, flags, this.#modes?.file ?? 0o600)
      try {
        if (isNew && this.#modes?.masked === false) await handle.chmod(this.#modes.file)
        await handle.appendFile(bytes)
        await handle.datasync()
      } finally {
        await handle.close()
      }
      if (isNew) await syncDirectory(dirname(path))
    })
  }

  async read(name: string, slice?: Slice): Promise<Readable> {
    const handle = await this.#open(name)
    const range = slice && { start: slice.start, end: Math.max(slice.start, slice.end) - 1 }
    return meterStream(
      this.#place,
      handle.createReadStream({ highWaterMark: READ_BYTES, autoClose: true, ...range }),
    )
  }

  async bytes(name: string): Promise<number | undefined> {
    const stats = await statsOf(await this.#path(name))
    return stats?.isFile() === true ? stats.size : undefined
  }

  async *list(under = ''): AsyncGenerator<PlacedFile> {
    const top = under === '' ? this.text : await this.#path(under)
    yield* filesBelow(top, under, (name) => !UNFINISHED.test(name))
  }

  unfinished(): AsyncGenerator<PlacedFile> {
    return filesBelow(this.text, '', (name) => UNFINISHED.test(name))
  }

  async remove(name: string): Promise<boolean> {
    const path = await this.#path(name)
    try {
      await unlink(path)
      await syncDirectory(dirname(path))
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw fileFailure(`${this.text}/${name}`, error)
    }
  }

  within(name: string): Storage {
    const path = join(this.text, ...segmentsOf(name))
    return new DirectoryStorage(path, this.#modes, dirname(path))
  }

  async #open(name: string): Promise<FileHandle> {
    const path = await this.#path(name)
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      (error) => this.#fail(name, error),
    )
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw notAFile(`${this.text}/${name}`)
  }

  /** The path for a name, after checking that none of its directories is a link. */
  async #path(name: string): Promise<string> {
    const segments = segmentsOf(name)
    let path = this.text
    for (const segment of segments.slice(0, -1)) {
      path = join(path, segment)
      const stats = await statsOf(path)
      if (stats !== undefined && !stats.isDirectory()) throw notAFile(path)
    }
    return join(path, segments.at(-1)!)
  }

  async #writable(name: string): Promise<string> {
    const path = await this.#path(name)
    await this.#try(name, () => makeDirectories(dirname(path), this.#modes))
    return path
  }

  /**
   * Sets the mode of a file under its temporary name, since rename keeps it. A file for the owner alone becomes
   * read-only.
   */
  async #seal(path: string): Promise<void> {
    if (this.#modes?.masked !== true) await chmod(path, this.#modes?.file ?? 0o400)
  }

  async #try<T>(name: string, work: () => Promise<T>): Promise<T> {
    return work().catch((error) => this.#fail(name, error))
  }

  #fail(name: string, error: unknown): never {
    throw fileFailure(`${this.text}/${name}`, error)
  }
}
