import type { Readable, Writable } from 'node:stream'
import type { FileModes } from './modes.ts'

/** A file being written to a storage: nothing exists under its name before `commit`. */
export interface Upload {
  readonly stream: Writable
  /** Makes the file appear under its name, complete and durable. Call it after the stream has finished. */
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

/** A local directory that holds archives, and the modes of files created in it. */
export interface StorageDirectory {
  readonly path: string
  readonly modes: FileModes | undefined
}

/** A file in a storage, with its size. */
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
  /** The storage as a person wrote it. */
  readonly text: string
  /** The directory behind this storage, if any: other threads open it with this. */
  readonly directory?: StorageDirectory
  create(name: string): Promise<Upload>
  /** Appends bytes and makes them durable: for a journal of parts. */
  append(name: string, bytes: Uint8Array | string): Promise<void>
  /** @throws ElysiaError ELYSIA_NOT_FOUND */
  read(name: string, slice?: Slice): Promise<Readable>
  /** The size of a file; undefined if it does not exist. */
  bytes(name: string): Promise<number | undefined>
  /** All files below `under`, in order of name. */
  list(under?: string): AsyncIterable<PlacedFile>
  /**
   * Files that `create` began and nobody committed or discarded, from this process or one that died. `remove` accepts
   * their names, which begin with the final names.
   */
  unfinished(): AsyncIterable<PlacedFile>
  /** Returns false if there was no such file. */
  remove(name: string): Promise<boolean>
  /** A storage below this one. */
  within(name: string): Storage
}
