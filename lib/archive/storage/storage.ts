import type { Readable, Writable } from 'node:stream'

/** A file on its way into a place: nothing is there under its name before `commit`. */
export interface Upload {
  readonly stream: Writable
  /** Makes what was written appear under its name, whole and durable. After the stream has finished. */
  commit(): Promise<void>
  /**
   * Takes away what was written, as far as that is possible. Does nothing after `commit`, and waits for one that is under
   * way; never fails.
   */
  discard(): Promise<void>
}

/** A stretch of a file, in bytes; `end` is exclusive. */
export interface Slice {
  readonly start: number
  readonly end: number
}

export interface PlacedFile {
  /** Relative to the place, with forward slashes. */
  readonly name: string
  readonly bytes: number
}

/**
 * Where the files of archives lie: a directory now, an object store as one more member later.
 * Names are relative paths with forward slashes; one that would lead out of the place (absolute, `..`, a link
 * to elsewhere) is ELYSIA_DAMAGED, since names come from manifests, and these from anywhere.
 */
export interface Storage {
  /** As a person wrote it. */
  readonly text: string
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
   * What `create` began and nobody committed or discarded, as far as it takes room: of this process, or of one that died.
   * Each under a name that `remove` takes, which begins with the one that it was meant to get.
   */
  unfinished(): AsyncIterable<PlacedFile>
  /** False where there was none. */
  remove(name: string): Promise<boolean>
  /** A place below this one. */
  within(name: string): Storage
}
