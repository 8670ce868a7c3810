import { createHash, type Hash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { constants, type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import type { Folder } from './folder.ts'
import { type FileIdentity, identityOf, kindOf, type OtherKind, sameContent } from './identity.ts'

const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants
const CHUNK_BYTES = 256 * 1024
const LF = 10
const LOOKS_AT_A_NAME = 20

/** How far a file was read: its first `bytes`, their SHA-256 in hex, and the number of lines in them. */
export interface FilePosition {
  readonly bytes: number
  readonly digest: string
  readonly lines: number
  /** Where an unterminated last line begins; undefined if there is none, or if unknown. */
  readonly openLine?: number
}

/** Why a file that was found is not read. */
export type UnopenedReason = 'gone' | 'changed' | 'several names' | 'directory' | OtherKind

/**
 * Opens the file in a folder that was examined before: follows no link unless `followLinks`, does not wait, and checks
 * that it is a regular file, and the same one. Reads it up to `size`, its present size by default. In a directory that others may write to it must have no second name:
 * that could make us read a file that its author may not read.
 * @throws the error of the system if it cannot be opened
 */
export async function openFile(
  folder: Folder,
  file: FileIdentity,
  followLinks: boolean,
  size = file.size,
): Promise<OpenedFile | UnopenedReason> {
  const handle = await open(
    folder.at(basename(file.path)),
    O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW),
  ).catch(whyNot)
  if (typeof handle === 'string') return handle
  const refuse = async (why: UnopenedReason) => {
    await handle.close()
    return why
  }
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) return refuse(kindOf(stats))
    const now = identityOf(file.path, stats)
    if (!sameContent(file, now)) return refuse('changed')
    const why = !followLinks && (await folder.isShared()) ? secondName(folder, now) : undefined
    return why === undefined ? new OpenedFile(handle, { ...now, size }) : refuse(why)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Why a file must not be read in a folder that others may write to. A file has one name only if that name leads to it
 * while it counts one link: if the name is gone, the remaining one is elsewhere. Even a single call looks the name up
 * first and counts afterwards, so a name that comes and goes may seem the only one: but not many times in a row.
 */
function secondName(folder: Folder, { path, inode, device }: FileIdentity): UnopenedReason | undefined {
  for (let time = 0; time < LOOKS_AT_A_NAME; time++) {
    const stats = lstatSync(folder.at(basename(path)), { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || String(stats.ino) !== inode || String(stats.dev) !== device) return 'changed'
    if (stats.nlink > 1n) return 'several names'
  }
  return undefined
}

function whyNot(error: NodeJS.ErrnoException): UnopenedReason {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'gone'
  if (error.code === 'ELOOP' || error.code === 'EMLINK') return 'symbolic link'
  if (error.code === 'ENXIO') return 'socket'
  throw error
}

/** An open file, up to the size that it had when it was opened. Holds one file descriptor. */
export class OpenedFile {
  readonly identity: FileIdentity
  readonly #handle: FileHandle
  #hash: Hash = createHash('sha256')
  /** How many bytes `#hash` covers, from the beginning of the file. */
  #hashed = 0
  #end = { bytes: 0, digest: '', openLine: 0 }

  constructor(handle: FileHandle, identity: FileIdentity) {
    this.#handle = handle
    this.identity = identity
  }

  /** True if the file begins with the bytes of a position. Reads these bytes. */
  async beginsWith({ bytes, digest }: FilePosition): Promise<boolean> {
    if (bytes > this.identity.size) return false
    const hash = createHash('sha256')
    let read = 0
    for await (const chunk of this.#chunks(0, bytes)) {
      hash.update(chunk)
      read += chunk.length
    }
    if (read !== bytes || hash.copy().digest('hex') !== digest) return false
    this.#hash = hash
    this.#hashed = bytes
    return true
  }

  /** The bytes from `from` on; those before were compared with a position. May be called again. */
  read(from: number): Readable {
    return Readable.from(this.#hashing(from), { objectMode: false, highWaterMark: CHUNK_BYTES })
  }

  /** The bytes from `from` up to `to`, or as many as there are. */
  async bytes(from: number, to: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of this.#chunks(from, Math.min(to, this.identity.size))) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  /** Where the last reading ended; `lines` counts all lines of the file up to there. */
  position(lines: number): FilePosition {
    const { bytes, digest, openLine } = this.#end
    return { bytes, digest, lines, ...(openLine < bytes && { openLine }) }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async *#hashing(from: number): AsyncGenerator<Buffer> {
    const hash = this.#hash.copy()
    let at = Math.min(from, this.#hashed)
    let openLine = from
    for await (const chunk of this.#chunks(at, this.identity.size)) {
      // An open line is read again from its beginning, which is already hashed; white space may be left out.
      hash.update(at >= this.#hashed ? chunk : chunk.subarray(Math.min(chunk.length, this.#hashed - at)))
      const feed = chunk.lastIndexOf(LF)
      if (feed >= 0) openLine = Math.max(from, at + feed + 1)
      const wanted = at >= from ? chunk : chunk.subarray(Math.min(chunk.length, from - at))
      at += chunk.length
      if (wanted.length > 0) yield wanted
    }
    this.#end = { bytes: Math.max(at, this.#hashed), digest: hash.digest('hex'), openLine }
  }

  async *#chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const length = Math.min(CHUNK_BYTES, to - at)
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield bytesRead === length ? buffer : buffer.subarray(0, bytesRead)
    }
  }
}
