import { createHash, type Hash } from 'node:crypto'
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { makeDirectory } from '../file/directory.ts'
import { type Inode, inodeOf } from '../file/inode.ts'
import { copyPrefix, hashOfPrefix } from '../file/prefix.ts'
import type { RejectLine } from './rejectLine.ts'
import { keptNames, setAside } from './setAside.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR, O_WRONLY } = constants

/** How a rejects file belongs to its run. */
export interface RejectsFileOptions {
  /** The id of the run: the file is made under it, and moved to its place when the run has ended. */
  readonly run?: string
  /** For a file shared by several runs, which is appended to: the length of what the earlier ones wrote. */
  readonly from?: number
  /** Files that must keep their names. */
  readonly spared?: ReadonlySet<Inode>
}

/**
 * The file of rejects, in order of line, created with the first one (mode 0600: it holds data). It is written beside
 * its place, as `FILE.RUN.part`, and moved there by `place` when the run ends; an earlier file is kept as `FILE.1`. A
 * file shared by several runs is appended to; a pipe or a device is written directly. `bytes` is its length so far and
 * `digest` their SHA-256: a checkpoint contains both, and a continued run cuts the file back to it, so that no line
 * appears twice.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written, or was removed meanwhile; what was written then is not
 * settled.
 */
export class RejectsFile {
  /** The path as given. */
  readonly path: string
  /** Its final path: links in its name are resolved once, at the beginning. */
  readonly #place: string
  /** Where it is written. */
  readonly #part: string
  readonly #from: number
  readonly #spared: ReadonlySet<Inode>
  #bytes = 0
  #hash: Hash = createHash('sha256')
  #fd: number | undefined
  /** Set if the file at the final path is the beginning of this one, and need not be kept beside it. */
  #goesOnFrom: Inode | undefined

  constructor(path: string, { run, from, spared = new Set() }: RejectsFileOptions = {}) {
    this.path = path
    this.#place = placeOf(path)
    const isMade = from === undefined && run !== undefined && !isDevice(path)
    this.#part = isMade ? `${this.#place}.${run}.part` : this.#place
    this.#from = from ?? 0
    this.#spared = spared
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The digest of what was written so far, in hex; undefined for a file that others have written to. */
  get digest(): string | undefined {
    return this.#isMade ? this.#hash.copy().digest('hex') : undefined
  }

  /** Starts the run over: removes what it wrote before. */
  reset(): void {
    this.#begin()
    this.#guard(() => (this.#isMade ? this.#removePart() : this.#continueAt(this.#from)))
  }

  /** Continues after `bytes`: what was written beyond them was never settled. A removed file starts over. */
  continueAt(bytes: number, digest?: string): void {
    this.#begin()
    this.#guard(() => {
      if (this.#isMade) this.#bringBack(bytes, digest)
      this.#continueAt(bytes)
    })
  }

  append(lines: readonly RejectLine[]): void {
    if (lines.length === 0) return
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    this.#guard(() => {
      this.#fd ??= this.#open()
      const isFile = fstatSync(this.#fd).isFile()
      for (let done = 0; done < text.length; ) {
        // A pipe or a device has no positions and nothing to sync to disk.
        const position = isFile ? this.#bytes + done : null
        done += writeSync(this.#fd, text, done, text.length - done, position)
      }
      if (!isFile) return
      fdatasyncSync(this.#fd)
      if (inodeOf(this.#part) !== inodeOf(this.#fd)) throw new Error('it was removed or replaced meanwhile')
    })
    this.#bytes += text.length
    this.#hash.update(text)
  }

  /**
   * Moves the file to its place; keeps what another run left there beside it. Without rejects, only a finished run sets
   * an old file aside: it would be mistaken for this run's.
   */
  place(isDone: boolean): void {
    this.close()
    if (!this.#isMade || (this.#bytes === 0 && !isDone)) return
    this.#guard(() => {
      const there = lstatSync(this.#place, { throwIfNoEntry: false })
      if (there?.isDirectory()) throw new Error('it is a directory')
      const goesOn = there?.isFile() === true && inodeOf(this.#place) === this.#goesOnFrom
      if (there !== undefined && !(goesOn && this.#bytes > 0)) setAside(this.#place, this.#spared)
      if (this.#bytes === 0) return
      renameSync(this.#part, this.#place)
      syncDirectory(dirname(this.#place))
    })
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  get #isMade(): boolean {
    return this.#part !== this.#place
  }

  #begin(): void {
    this.close()
    this.#bytes = 0
    this.#hash = createHash('sha256')
    this.#goesOnFrom = undefined
  }

  /** Brings the existing part of this file to where it is written, and leaves nothing else there. */
  #bringBack(bytes: number, digest: string | undefined): void {
    const found = bytes === 0 ? undefined : this.#find(bytes, digest)
    if (found === this.#part) return
    this.#removePart()
    if (found !== undefined) this.#copy(found, bytes)
  }

  /** The file of this run so far: under its own name after a kill, otherwise in its place or kept beside it. */
  #find(bytes: number, digest: string | undefined): string | undefined {
    const isOurs = (path: string) =>
      digest === undefined ? sizeOf(path) >= bytes : hashOfPrefix(path, bytes)?.digest('hex') === digest
    return [this.#part, this.#place, ...keptNames(this.#place)].find(isOurs)
  }

  #copy(from: string, bytes: number): void {
    if (from === this.#place && sizeOf(from) === bytes) this.#goesOnFrom = inodeOf(from)
    this.#fd = this.#open()
    copyPrefix(from, bytes, this.#fd)
    fdatasyncSync(this.#fd)
    this.close()
  }

  #continueAt(bytes: number): void {
    const size = sizeOf(this.#part)
    this.#bytes = Math.min(bytes, size)
    if (this.#isMade) this.#hash = hashOfPrefix(this.#part, this.#bytes) ?? this.#hash
    if (size === 0) return
    this.#fd = openSync(this.#part, O_RDWR | (this.#isMade ? O_NOFOLLOW : 0))
    ftruncateSync(this.#fd, this.#bytes)
  }

  #open(): number {
    makeDirectory(dirname(this.#part))
    const flags = this.#isMade ? O_EXCL | O_NOFOLLOW : 0
    const fd = openSync(this.#part, O_WRONLY | O_CREAT | flags, 0o600)
    if (this.#isMade) syncDirectory(dirname(this.#part))
    return fd
  }

  #removePart(): void {
    if (lstatSync(this.#part, { throwIfNoEntry: false }) !== undefined) rmSync(this.#part)
  }

  #guard(write: () => void): void {
    try {
      write()
    } catch (error) {
      if (error instanceof ElysiaError) throw error
      throw new ElysiaError(
        'ELYSIA_STATE',
        `the rejects file ${this.path} cannot be written: ${messageOf(error)}`,
        {
          cause: error,
          hint: 'make room or name another file with --rejects, then run the same command again',
        },
      )
    }
  }
}

function placeOf(path: string): string {
  try {
    return isDevice(path) ? path : realpathSync.native(path)
  } catch {
    return path
  }
}

/** True for something that exists and is not a regular file: a pipe, a device, a directory. */
function isDevice(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false
}

/** Makes the new name of a file durable. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** The length of a file; 0 if there is no regular file. */
export function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : 0
}
