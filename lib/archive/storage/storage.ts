import type { Readable, Writable } from 'node:stream'
import type { FileModes } from './modes.ts'

/** A file being written to a storage: nothing exists under its name before `commit`. */
export interface Upload {
  readonly stream: Writable
  /** Makes the file appear under its name, complete and durable. To be called after the stream has finished. */
  commit(): Promise<void>
  /**
   * Removes what was written, as far as possible. Does nothing after `commit`, and waits for a commit that is under
   * way. Never fails.
   */
  discard(): Promise<void>
}

/** A byte range of a file; `end` is exclusive. */
export interface Slice {
  readonly start: number
  readonly end: number
}

/** A directory of this machine that holds archives, and who may read what is made in it. */
export interface StorageDirectory {
  readonly path: string
  readonly modes: FileModes | undefined
}

export interface PlacedFile {
  /** Relative to the storage, with forward slashes. */
  readonly name: string
  readonly bytes: number
}

/**
 * The files of archives: a directory, or memory. Names are relative paths with forward slashes. A name that would
 * lead outside (absolute, `..`, through a link) is ELYSIA_DAMAGED, since names come from manifests, which are
 * untrusted.
 */
export interface Storage {
  /** As a person wrote it. */
  readonly text: string
  /** The directory that it is, where it is one: other threads open it with this. */
  readonly directory?: StorageDirectory
  create(name: string): Promise<Upload>
  /** Appends and makes durable: for a journal of parts. */
  append(name: string, bytes: Uint8Array | string): Promise<void>
  /** @throws ElysiaError ELYSIA_NOT_FOUND */
  read(name: string, slice?: Slice): Promise<Readable>
  /** Undefined where there is no such file. */
  bytes(name: string): Promise<number | undefined>
  /** All files below `under`, in order of name. */
  list(under?: string): AsyncIterable<PlacedFile>
  /**
   * Files that `create` began and that were neither committed nor discarded, by this process or one that died. Each
   * has a name that `remove` accepts, which begins with its final name.
   */
  unfinished(): AsyncIterable<PlacedFile>
  /** Returns false where there was no such file. */
  remove(name: string): Promise<boolean>
  /** A storage below this one. */
  within(name: string): Storage
}
