import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import type { RecordFault } from './check.ts'

/** The bytes of a file, or why it may not or cannot be read. */
export type ReadResult =
  | { readonly bytes: Buffer; readonly fault?: undefined }
  | { readonly fault: RecordFault; readonly bytes?: undefined }

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

class Refused extends Error {
  readonly code: RecordFault['code']

  constructor(code: RecordFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * A directory whose files records may name.
 *
 * A reference is relative to the directory, or absolute and inside it, symbolic links resolved in both. Only
 * regular files are opened, and the opened file is checked again, so that nothing put in its place meanwhile
 * (a link, a FIFO, a device) is read or waited for. Memory: one file, at most `maxBytes`.
 */
export class ContentRoot {
  readonly #root: string
  readonly #maxBytes: number

  /** @throws ElysiaError ELYSIA_USAGE if there is no such directory */
  constructor(directory: string, maxBytes: number) {
    this.#root = realDirectory(directory)
    this.#maxBytes = maxBytes
  }

  /**
   * Reads synchronously: records keep their order, one is processed at a time, and reading a small file from the page
   * cache costs less than a promise for it.
   */
  read(ref: string): ReadResult {
    try {
      return { bytes: this.#read(ref) }
    } catch (thrown) {
      return { fault: faultOf(thrown, ref) }
    }
  }

  #read(ref: string): Buffer {
    const path = realpathSync.native(resolve(this.#root, ref))
    this.#mustBeInside(path)
    mustBeRegular(lstatSync(path))
    const fd = openSync(path, FLAGS)
    try {
      const stats = fstatSync(fd)
      mustBeRegular(stats)
      this.#mustBeInside(openedPath(fd, path))
      if (stats.size > this.#maxBytes) {
        throw new Refused('ref_too_large', `has ${stats.size} bytes, more than ${this.#maxBytes}`)
      }
      return readWhole(fd, stats.size)
    } finally {
      closeSync(fd)
    }
  }

  #mustBeInside(path: string): void {
    const way = relative(this.#root, path)
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw new Refused('ref_outside_root', 'leads out of the content root')
    }
  }
}

const HINT = 'nothing was done; --content-root names a directory that content_ref is relative to'

function realDirectory(directory: string): string {
  try {
    const root = realpathSync.native(directory)
    if (lstatSync(root).isDirectory()) return root
  } catch (cause) {
    throw new ElysiaError('ELYSIA_USAGE', `the content root ${directory} cannot be opened`, {
      cause,
      hint: HINT,
    })
  }
  throw new ElysiaError('ELYSIA_USAGE', `the content root ${directory} is not a directory`, { hint: HINT })
}

function mustBeRegular(stats: Stats): void {
  if (!stats.isFile()) throw new Refused('ref_unreadable', 'is not a regular file')
}

/** The real path of an opened file: on Linux from the descriptor, elsewhere by resolving its path again. */
function openedPath(fd: number, path: string): string {
  return process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${fd}`) : realpathSync.native(path)
}

/** Reads one byte more than the file's size, to notice if it grows. */
function readWhole(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size + 1)
  let end = 0
  for (let read = -1; read !== 0 && end < bytes.length; end += read) {
    read = readSync(fd, bytes, end, bytes.length - end, end)
  }
  if (end !== size) throw new Refused('ref_unreadable', 'changed while it was read')
  return bytes.subarray(0, size)
}

function faultOf(thrown: unknown, ref: string): RecordFault {
  const subject = `content_ref ${JSON.stringify(ref.length > 200 ? `${ref.slice(0, 200)}…` : ref)}`
  if (thrown instanceof Refused) return { code: thrown.code, reason: `${subject} ${thrown.message}` }
  const { code } = thrown as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'names no file' : `cannot be read (${code ?? 'unknown error'})`
  return { code: 'ref_unreadable', reason: `${subject} ${why}` }
}
